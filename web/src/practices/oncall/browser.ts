import type { NewPushDevice } from '../../api';

/** Why this browser cannot be called; null when it can. */
export function obstacle(): string | null {
  if (!window.isSecureContext) {
    return 'Browsers take calls only from pages that came over https.';
  }
  if (!('serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window)) {
    return 'This browser takes no calls. On an iPhone or iPad, add Operate to the home screen first.';
  }
  if (Notification.permission === 'denied') {
    return 'This browser was told to show no notifications of Operate. Allow them in its settings.';
  }
  return null;
}

/** The print of this browser, as the server tells browsers apart; null when it takes no calls. */
export async function ownPrint(): Promise<string | null> {
  if (obstacle()) return null;
  const registration = await navigator.serviceWorker.getRegistration('/');
  const subscription = await registration?.pushManager.getSubscription();
  return subscription ? printOf(subscription.endpoint) : null;
}

/** Base64url of the beginning of the SHA-256 of an endpoint. */
export async function printOf(endpoint: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(endpoint));
  return base64url(hash.slice(0, 12));
}

/** Asks the person, then the push service of this browser. */
export async function subscribe(publicKey: string): Promise<NewPushDevice> {
  if ((await Notification.requestPermission()) !== 'granted') {
    throw new Error('You did not allow notifications, so calls cannot be shown here.');
  }
  await navigator.serviceWorker.register('/sw.js');
  const { pushManager } = await navigator.serviceWorker.ready;
  // One that was made with another key takes no messages of ours.
  await (await pushManager.getSubscription())?.unsubscribe();
  const subscription = await pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: publicKey,
  });
  return {
    name: browserName(navigator.userAgent),
    endpoint: subscription.endpoint,
    p256dh: base64url(subscription.getKey('p256dh')),
    auth: base64url(subscription.getKey('auth')),
  };
}

/** This browser takes calls no longer. */
export async function unsubscribe() {
  const registration = await navigator.serviceWorker.getRegistration('/');
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}

const browsers = [
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrom(e|ium)\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
] as const;

const systems = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'Mac'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
] as const;

/** `Firefox on Linux`, to tell one's browsers apart. */
export function browserName(agent: string): string {
  const browser = browsers.find(([mark]) => mark.test(agent))?.[1] ?? 'Browser';
  const system = systems.find(([mark]) => mark.test(agent))?.[1];
  return system ? `${browser} on ${system}` : browser;
}

function base64url(bytes: ArrayBuffer | null): string {
  const text = String.fromCharCode(...new Uint8Array(bytes ?? new ArrayBuffer(0)));
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
