/* The unsaved note: what stands in the fields, and the ids that its resources keep until they are stored. */

export class Draft {
  constructor(newId = () => crypto.randomUUID()) {
    this.newId = newId;
    this.clear();
  }

  /** Forget everything, ids too: what comes next is another note. */
  clear() {
    this.text = "";
    this.fields = {};
    this.time = "";
    this.begun = null;
    this.ids = new Map();
  }

  /** The id of one resource of this draft: the same on every try, so that saving twice stores once. */
  idOf(name) {
    if (!this.ids.has(name)) this.ids.set(name, this.newId());
    return this.ids.get(name);
  }

  get measured() {
    return Object.values(this.fields).some((value) => String(value).trim() !== "");
  }

  get empty() {
    return this.text.trim() === "" && !this.measured;
  }

  /** Take in one change; the first one sets the time of the note. */
  write(change, now) {
    Object.assign(this, change);
    if (this.empty) this.begun = null;
    else this.begun ||= now;
  }
}
