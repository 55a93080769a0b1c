// Loaded into a server before it starts: for every third commit of messages, the worker thread posts an error instead
// of the result. The commit itself is on disk.
import { isMainThread, parentPort } from 'node:worker_threads';

if (!isMainThread && parentPort) {
  const post = parentPort.postMessage.bind(parentPort);
  let commits = 0;
  parentPort.postMessage = (answer) => {
    const isCommit = Array.isArray(answer.result) && typeof answer.result[0] === 'number';
    if (isCommit) commits += 1;
    post(isCommit && commits % 3 === 0 ? { id: answer.id, error: 'The answer was lost.' } : answer);
  };
}
