import type { Bus, Topic } from '../../server/access/bus';

/** A bus in this process, between the nodes of a test. */
export class TestBus {
  /** All payloads that were published. */
  readonly payloads: string[] = [];
  private readonly nodes: {
    topics: Map<Topic, (payload: string) => void>;
    gaps: (() => void)[];
    isCut: boolean;
  }[] = [];

  /** Connects a node. @returns its end of the bus, and the function that cuts it off: `false` connects it again. */
  connect(): Bus & { cut: (isCut: boolean) => void } {
    const node = {
      topics: new Map<Topic, (payload: string) => void>(),
      gaps: [] as (() => void)[],
      isCut: false,
    };
    this.nodes.push(node);
    return {
      publish: (topic, payload) => {
        if (node.isCut) return;
        this.payloads.push(payload);
        for (const other of this.nodes)
          if (other !== node && !other.isCut) other.topics.get(topic)?.(payload);
      },
      subscribe: (topic, handle) => void node.topics.set(topic, handle),
      onGap: (handle) => void node.gaps.push(handle),
      cut: (isCut) => {
        node.isCut = isCut;
        if (!isCut) node.gaps.forEach((handle) => handle());
      },
    };
  }
}
