export function Brand() {
  return (
    <span class="brand">
      <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" />
        <path d="M8 22C8 12 24 20 24 10" />
        <circle cx="8" cy="22" r="3.5" />
        <circle cx="24" cy="10" r="3.5" />
      </svg>
      anypath
    </span>
  );
}
