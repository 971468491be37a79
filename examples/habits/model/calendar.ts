const DAY_MILLISECONDS = 86_400_000;

export function dayAfter(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MILLISECONDS).toISOString().slice(0, 10);
}

/** The Monday of the ISO week that holds the date. */
export function mondayOf(date: string): string {
  const weekday = (new Date(Date.parse(date)).getUTCDay() + 6) % 7;
  return dayAfter(date, -weekday);
}

/** The Mondays of the one or two ISO weeks that seven days from `firstDay` fall into. */
export function touchedMondays(firstDay: string): string[] {
  return [...new Set([mondayOf(firstDay), mondayOf(dayAfter(firstDay, 6))])];
}
