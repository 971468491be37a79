import type { Random } from "../../consensus/test/random.ts";

export interface Reading {
  id: string;
  user_id: string | null;
  date: string;
  kwh_value: string;
  token_cost: string | null;
  token_amount: string | null;
  notes: string | null;
  meter_photo_url: string | null;
  created_at: string | null;
}

/**
 * A household's log as it was really written: readings every one to three days, a top-up every two to five weeks, and
 * now and then two entries on one day, a double submit, a forgotten top-up, "0 kWh bought", an unknown creation time.
 */
export function generateReadings(random: Random, user: string, days: number): Reading[] {
  const readings: Reading[] = [];
  let balance = random.between(0, 1) === 0 ? 0 : random.between(5_000, 30_000);
  let day = 0;
  let nextTopUp = random.chance(0.5) ? 0 : random.between(3, 20);
  const enter = (amount: string | null, cost: string | null) => {
    const date = new Date(Date.UTC(2024, 0, 1 + day));
    const created = new Date(date.getTime() + random.between(0, 20) * 3_600_000);
    const reading: Reading = {
      id: random.uuid(),
      user_id: user,
      date: date.toISOString().slice(0, 10),
      kwh_value: (balance / 100).toFixed(2),
      token_cost: cost,
      token_amount: amount,
      notes: random.chance(0.1) ? random.pick(["holiday", "", 'it\'s "VOID"']) : null,
      meter_photo_url: random.chance(0.05) ? `https://photos.example/${random.between(1, 999)}.jpg` : null,
      created_at: random.chance(0.02) ? null : created.toISOString(),
    };
    readings.push(reading);
    if (random.chance(0.02)) readings.push({ ...reading, id: random.uuid() });
  };
  while (day < days) {
    if (day >= nextTopUp) {
      const bought = random.between(1_000, 35_000);
      balance += bought;
      // Sometimes the meter showed something else than the sum.
      if (random.chance(0.2)) balance = Math.max(0, balance + random.between(-500, 500));
      enter((bought / 100).toFixed(2), random.pick(["100000.00", "0.00", "-5000.00", "500000.00"]));
      nextTopUp = day + random.between(14, 35);
      if (random.chance(0.3)) enter(null, null);
    }
    day += random.between(1, 3);
    balance = Math.max(0, balance - random.between(300, 1_500));
    // A top-up that nobody entered.
    if (random.chance(0.02)) balance += random.between(1_000, 9_000);
    enter(random.chance(0.03) ? "0.00" : null, random.chance(0.02) ? "20000.00" : null);
  }
  return readings;
}
