// Shows calls while no page is open, and acknowledges them from the notification.
// It answers no requests, so that every page and every answer comes from the server as always.

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('push', (event) => {
  event.waitUntil(show(read(event.data)));
});

self.addEventListener('notificationclick', (event) => {
  const call = event.notification.data;
  event.notification.close();
  const taken = event.action === 'acknowledge' && call.acknowledge;
  event.waitUntil(taken ? acknowledge(call) : open(call.url));
});

/** What was sent, in `connectors/src/webpush`; something is shown in any case. */
function read(data) {
  try {
    return data.json();
  } catch {
    return { title: 'Operate calls you', body: 'Open Operate to see why.', tag: 'call', url: '/' };
  }
}

function show(call) {
  const open = { action: 'open', title: 'Open' };
  const acknowledge = { action: 'acknowledge', title: 'Acknowledge' };
  return self.registration.showNotification(call.title, {
    body: call.body,
    tag: call.tag,
    // A second call about the same incident sounds again.
    renotify: true,
    requireInteraction: call.urgent === true,
    icon: '/icon-192.png',
    data: call,
    actions: call.acknowledge ? [acknowledge, open] : [open],
  });
}

/** Posts the signed link and says what came of it; nothing is opened. */
async function acknowledge(call) {
  let said;
  let taken = false;
  try {
    const answer = await fetch(here(call.acknowledge), {
      method: 'POST',
      headers: { accept: 'application/json' },
      credentials: 'omit',
    });
    const body = await answer.json();
    taken = answer.ok;
    said = { title: body.title, text: body.text };
  } catch {
    const text = 'Operate could not be reached. Open the incident, or call a colleague.';
    said = { title: 'Not acknowledged', text };
  }
  const open = { action: 'open', title: 'Open' };
  // What did not get through can be pressed again.
  const again = { action: 'acknowledge', title: 'Acknowledge' };
  await self.registration.showNotification(`${said.title}: ${call.title}`, {
    body: said.text,
    tag: call.tag,
    renotify: !taken,
    icon: '/icon-192.png',
    data: taken ? { url: call.url } : call,
    actions: taken ? [open] : [again, open],
  });
}

/** Shows the incident in a page that is open, else in a new one. */
async function open(url) {
  const target = here(url);
  for (const page of await self.clients.matchAll({ type: 'window' })) {
    // One that cannot be led elsewhere is passed by.
    const led = await page.navigate(target).catch(() => null);
    if (led) {
      await led.focus().catch(() => undefined);
      return;
    }
  }
  await self.clients.openWindow(target);
}

/** The same place on the server that this came from, whatever address links have. */
function here(url) {
  const { pathname, search } = new URL(url, self.location.origin);
  return self.location.origin + pathname + search;
}
