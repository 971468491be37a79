const DAY_MILLISECONDS = 86_400_000;

/** `date` and `days` later, both as YYYY-MM-DD. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MILLISECONDS).toISOString().slice(0, 10);
}

/** The label that the interface writes beside a week: its first and last day, without zero padding. */
export function weekLabel(firstDay: string): string {
  return `${koreanDate(firstDay)} ~ ${koreanDate(addDays(firstDay, 6))}`;
}

function koreanDate(date: string): string {
  const [year, month, day] = date.split("-").map(Number);
  return `${year}년 ${month}월 ${day}일`;
}
