import type { Socket } from 'socket.io';
import type { AddressLimits } from '../access/address-limits';
import { CONTROL_FRAMES_MAX } from './bounded-websocket';
import type { RoomSession } from './room-session';

/** An Engine.IO socket: the connection below a Socket.IO socket. */
export type EngineSocket = Socket['conn'];

/** An Engine.IO packet. */
interface Packet {
  type: string;
  data?: unknown;
}

/** The most packets that may wait for a connection, and their characters; a page has at most 256 entries. */
const QUEUED_PACKETS_MAX = 1_024;
const QUEUED_CHARACTERS_MAX = 512 * 1024;

const connections = new WeakMap<EngineSocket, EngineConnection>();

/** An open Engine.IO socket. It bounds the packets without an event that its client sends, and those that it does not read. */
export class EngineConnection {
  /** The session of its Socket.IO socket, once that is authorized. */
  session: RoomSession | undefined;
  /** Whether its client has requested a Socket.IO socket; it can have only one. */
  hasRequestedSocket = false;
  /** How many packets wait until the socket is writable. */
  queuedPackets = 0;
  private queuedCharacters = 0;
  /** How many packets without an event, such as pongs, have arrived since the last heartbeat. */
  private controlPackets = 0;

  constructor(
    private readonly socket: EngineSocket,
    private readonly limits: AddressLimits,
  ) {
    connections.set(socket, this);
    // The connections share their listeners: an idle one is small (`npm run bench -- --cases idle`).
    socket.on('packetCreate', onPacketCreate).on('data', onData).on('packet', onPacket);
  }

  /** Returns the connection of an Engine.IO socket. */
  static of(socket: EngineSocket): EngineConnection {
    return connections.get(socket)!;
  }

  /** Starts another interval between heartbeats. */
  beat(): void {
    this.controlPackets = 0;
  }

  /** Counts a packet that has to wait, and closes the connection of a peer that keeps writing but never reads. */
  queue({ data }: Packet): void {
    if (this.queuedPackets === 0) this.socket.once('drain', onDrain);
    this.queuedPackets += 1;
    if (typeof data === 'string') this.queuedCharacters += data.length;
    if (this.queuedPackets > QUEUED_PACKETS_MAX || this.queuedCharacters > QUEUED_CHARACTERS_MAX)
      this.socket.close(true);
  }

  clearQueue(): void {
    this.queuedPackets = 0;
    this.queuedCharacters = 0;
  }

  /** Charges a packet to the reads, and closes a connection that sends or announces binary data: no event has any. */
  receive(data: unknown): void {
    if (typeof data !== 'string' || /^[56]/.test(data)) return this.socket.close(true);
    // Over polling, it was charged with its request.
    if (this.socket.transport.name === 'websocket') this.session?.acceptFrame(data.length);
  }

  /** Closes the connection if its client sends too many packets without an event. */
  boundControlPackets({ type, data }: Packet): void {
    if (type === 'message' && String(data).startsWith('2')) return;
    this.controlPackets += 1;
    if (this.controlPackets !== CONTROL_FRAMES_MAX + 1) return;
    this.limits.countAbuse(this.session?.visitor.address ?? this.limits.addressOf(this.socket.request));
    this.socket.close(true);
  }
}

function onPacketCreate(this: EngineSocket, packet: Packet): void {
  if (packet.type === 'ping') EngineConnection.of(this).beat();
  if (!this.transport.writable) EngineConnection.of(this).queue(packet);
}

function onDrain(this: EngineSocket): void {
  EngineConnection.of(this).clearQueue();
}

function onData(this: EngineSocket, data: unknown): void {
  EngineConnection.of(this).receive(data);
}

function onPacket(this: EngineSocket, packet: Packet): void {
  EngineConnection.of(this).boundControlPackets(packet);
}
