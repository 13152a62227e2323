/** Faults that tests switch on; none of them is on at the start. */
export class Faults {
  /** Triggers still to be accepted and then left without an answer. */
  lostAnswers = 0;
  /** Triggers still to be refused with this status and an HTML page. */
  refusal: { status: number; times: number } | undefined;
  #bootingUntil = 0;

  bootFor(seconds: number): void {
    this.#bootingUntil = Date.now() + seconds * 1000;
  }

  get isBooting(): boolean {
    return Date.now() < this.#bootingUntil;
  }

  /** Takes one lost answer if one is due. */
  takeLostAnswer(): boolean {
    if (this.lostAnswers === 0) return false;
    this.lostAnswers -= 1;
    return true;
  }

  /** Takes one refusal if one is due: the status to answer with. */
  takeRefusal(): number | undefined {
    if (this.refusal === undefined || this.refusal.times === 0) return undefined;
    this.refusal.times -= 1;
    return this.refusal.status;
  }

  reset(): void {
    this.lostAnswers = 0;
    this.refusal = undefined;
    this.#bootingUntil = 0;
  }
}
