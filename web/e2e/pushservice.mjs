// A browser's push service for tests: it has the browser's key, and reads what was sent to it.
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

/** Starts one; `messages` fills with what the browser could read. */
export async function pushService() {
  const browser = createECDH('prime256v1');
  browser.generateKeys();
  const auth = randomBytes(16);
  const messages = [];
  const server = createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      messages.push(read(Buffer.concat(parts), browser, auth));
      response.writeHead(201).end();
    });
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    messages,
    endpoint: `http://127.0.0.1:${server.address().port}/browser`,
    p256dh: browser.getPublicKey('base64url'),
    auth: auth.toString('base64url'),
    close: () => server.close(),
  };
}

/** RFC 8291, one record of RFC 8188. */
function read(body, browser, auth) {
  const salt = body.subarray(0, 16);
  const sender = body.subarray(21, 21 + body[20]);
  const sealed = body.subarray(21 + body[20]);
  const derive = (from, key, info, length) =>
    Buffer.from(hkdfSync('sha256', key, from, info, length));
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), browser.getPublicKey(), sender]);
  const input = derive(auth, browser.computeSecret(sender), info, 32);
  const key = derive(salt, input, 'Content-Encoding: aes128gcm\0', 16);
  const nonce = derive(salt, input, 'Content-Encoding: nonce\0', 12);
  const cipher = createDecipheriv('aes-128-gcm', key, nonce);
  cipher.setAuthTag(sealed.subarray(-16));
  const plain = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
  return plain.subarray(0, -1).toString('utf8');
}
