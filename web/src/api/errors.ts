import type { ProblemDetails } from './types';

/** The server said no, or could not be reached. Always fit to be shown as it is. */
export class Problem extends Error {
  readonly status: number;
  readonly details: ProblemDetails;

  constructor(status: number, details: ProblemDetails) {
    super(details.detail ?? details.title ?? `The server answered ${status}.`);
    this.status = status;
    this.details = details;
  }

  /** Someone else changed the record first. */
  get conflict(): boolean {
    return (
      this.status === 412 || (this.status === 409 && (this.details.type ?? '').includes('conflict'))
    );
  }

  get signedOut(): boolean {
    return this.status === 401;
  }

  get offline(): boolean {
    return this.status === 0;
  }
}

/** Reads an answer that is not a success. */
export async function problemOf(response: Response): Promise<Problem> {
  let details: ProblemDetails = {};
  try {
    const body: unknown = await response.clone().json();
    if (typeof body === 'object' && body !== null) details = body;
  } catch {
    // Not JSON: the status alone has to do.
  }
  if (!details.detail && !details.title) {
    details = { ...details, title: plainStatus(response.status) };
  }
  return new Problem(response.status, details);
}

/** Any error as a problem that can be shown. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TypeError) {
    return new Problem(0, {
      title: 'The server cannot be reached.',
      remedy: 'Check the connection, then try again.',
    });
  }
  return new Problem(-1, { title: error instanceof Error ? error.message : 'Something failed.' });
}

function plainStatus(status: number): string {
  switch (status) {
    case 401:
      return 'You are signed out.';
    case 403:
      return 'Your role does not allow this.';
    case 404:
      return 'It does not exist, or no longer.';
    case 429:
      return 'Too many attempts. Wait a moment.';
    case 502:
    case 503:
    case 504:
      return 'The server is not ready.';
    default:
      return `The server answered ${status}.`;
  }
}
