// Loaded into a server before it starts: of every three commits of messages, the answer to the last one is lost on its
// way from the thread that writes. The commit itself is on the disk.
import { isMainThread, parentPort } from 'node:worker_threads';

if (!isMainThread && parentPort) {
  const post = parentPort.postMessage.bind(parentPort);
  let commits = 0;
  parentPort.postMessage = (answer) => {
    const committed = Array.isArray(answer.result) && typeof answer.result[0] === 'number';
    if (committed) commits += 1;
    post(committed && commits % 3 === 0 ? { id: answer.id, error: 'The answer was lost.' } : answer);
  };
}
