/** The heading of the list, which takes the focus where nothing else is left to take it. */
export const LIST_TITLE = 'people-title';

/** The button that calls, which takes the focus when a call is over. */
export const CALL_START = 'call-start';

/** Whether the element that had the focus is gone. */
export const isFocusLost = (): boolean => document.activeElement === null || document.activeElement === document.body;

/**
 * Moves the focus on after a row has left its list: to the row that took its place, else to the heading of the page's list.
 *
 * @param listId the list's id
 * @param index where the row was
 */
export function focusAfterRow(listId: string, index: number): void {
  // Once the page shows the list without it.
  setTimeout(() => {
    if (!isFocusLost()) return;
    const rows = document.querySelectorAll(`#${listId} > li`);
    const button = rows[Math.min(index, rows.length - 1)]?.querySelector('button');
    (button ?? document.getElementById(LIST_TITLE))?.focus();
  });
}
