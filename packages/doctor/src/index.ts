export * from './attack/index.ts';
export { type ExamineOptions, examine, type NamedProxy } from './examine.ts';
export { proxyFromEnvironment } from './net/proxies.ts';
export { reasonOf } from './net/reason.ts';
export { isFor, type SystemProxy, systemProxy } from './net/system-proxy.ts';
export { junitOf } from './render/junit.ts';
export { ArgumentError, referenceUri, serverTarget, type Target, type TurnAccess, turnTarget } from './target.ts';
export * from './verdict/index.ts';
