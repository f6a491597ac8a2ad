import { AnypathError, type ErrorCode } from '@anypath/client';

/** The code of something that was caught. */
export const codeOf = (error: unknown): ErrorCode => (error instanceof AnypathError ? error.code : 'internal');
