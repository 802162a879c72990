// Strokes on their way to the server, kept in IndexedDB until it has answered, so that neither a
// closed tab nor a dead server loses one.

const STORE = "changes";

/**
 * @typedef {object} Parcel
 * @property {number} [id] given by the database, ascending
 * @property {string} box exam and reader
 * @property {string} parent digest of the mask that the draft began from
 * @property {Uint32Array} change
 */

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  const request = indexedDB.open("breastdce-review", 1);
  request.onupgradeneeded = () => {
    const store = request.result.createObjectStore(STORE, { keyPath: "id", autoIncrement: true });
    store.createIndex("box", "box");
  };
  return done(request);
}

/** The unsent changes of one exam and reader, in order. */
export class Outbox {
  /**
   * @param {string} exam
   * @param {string} reader
   */
  constructor(exam, reader) {
    this.box = JSON.stringify([exam, reader]);
    this.database = open();
    // A browser that forbids the database still edits; the page says that nothing is kept offline.
    this.kept = this.database.then(() => true, () => false);
  }

  /**
   * @param {"readonly" | "readwrite"} mode
   * @returns {Promise<IDBObjectStore | null>}
   */
  async store(mode) {
    if (!(await this.kept)) return null;
    return (await this.database).transaction(STORE, mode, { durability: "strict" }).objectStore(STORE);
  }

  /** @returns {Promise<Parcel[]>} what an earlier page left behind */
  async all() {
    const store = await this.store("readonly");
    return store ? done(store.index("box").getAll(this.box)) : [];
  }

  /**
   * @param {string} parent
   * @param {Uint32Array} change
   * @returns {Promise<number | undefined>} its number, to remove it by
   */
  async put(parent, change) {
    const store = await this.store("readwrite");
    return store ? Number(await done(store.add({ box: this.box, parent, change }))) : undefined;
  }

  /** @param {number | undefined} id */
  async remove(id) {
    const store = id === undefined ? null : await this.store("readwrite");
    if (store && id !== undefined) await done(store.delete(id));
  }

  /** Remove all, after the reader has said so. */
  async clear() {
    for (const parcel of await this.all()) await this.remove(parcel.id);
  }
}
