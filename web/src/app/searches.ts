import { only } from '../kit/filter';

/** What addresses may say, for routes that look at it before they are shown. */
export const nextOnly = only('next');
export const codeOnly = only('code');
export { only };
