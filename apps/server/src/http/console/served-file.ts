import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** One way in which the bytes of a file are sent. */
export interface FileForm {
  /** Absent: as they are. */
  encoding?: 'br' | 'gzip';
  body: Buffer;
  etag: string;
}

const TEXT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

/** What is compressed already. */
const OTHER_TYPES: Readonly<Record<string, string>> = {
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/** A shorter file fits the first packets as it is. */
const MIN_COMPRESSED_BYTES = 1024;

/** Two more levels save another tenth, and take ten times as long. */
const BROTLI_QUALITY = 9;

/** A build names such a file after what is in it. */
const HASHED = /^\/assets\/.+-[\w-]{8}\.\w+$/;

/** A file of the console in memory. It is compressed when the first browser asks for it, so no start waits for that, and then kept. */
export class ServedFile {
  readonly type: string;
  /** What is at this path never changes, so a browser may keep it. */
  readonly isImmutable: boolean;
  readonly #plain: FileForm;
  readonly #hash: string;
  readonly #isText: boolean;
  #forms: Promise<FileForm[]> | undefined;

  /** @param path as the browser asks for it. */
  constructor(path: string, body: Buffer) {
    const extension = extname(path);
    this.#isText = Object.hasOwn(TEXT_TYPES, extension);
    this.type = TEXT_TYPES[extension] ?? OTHER_TYPES[extension] ?? 'application/octet-stream';
    this.isImmutable = HASHED.test(path);
    this.#hash = createHash('sha256').update(body).digest('base64url').slice(0, 22);
    this.#plain = { body, etag: `"${this.#hash}"` };
  }

  /** The shortest form that a browser takes. @param accepted its `Accept-Encoding`. */
  async formFor(accepted: string | undefined): Promise<FileForm> {
    this.#forms ??= this.#compress();
    const encodings = acceptedEncodings(accepted);
    return (await this.#forms).find(({ encoding }) => encoding && encodings.has(encoding)) ?? this.#plain;
  }

  /** The compressed forms, the shortest first; only those that are shorter than the file. */
  async #compress(): Promise<FileForm[]> {
    const { body } = this.#plain;
    if (!this.#isText || body.length < MIN_COMPRESSED_BYTES) return [];
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
    };
    const [br, gz] = await Promise.all([
      promisify(brotliCompress)(body, { params }),
      promisify(gzip)(body, { level: 9 }),
    ]);
    const forms: FileForm[] = [
      { encoding: 'br', body: br, etag: `"${this.#hash}-br"` },
      { encoding: 'gzip', body: gz, etag: `"${this.#hash}-gzip"` },
    ];
    return forms
      .filter(form => form.body.length < body.length)
      .sort((one, other) => one.body.length - other.body.length);
  }
}

/** The encodings that an `Accept-Encoding` names and does not exclude (RFC 9110, section 12.5.3). */
function acceptedEncodings(header = ''): Set<string> {
  return new Set(
    header.split(',').flatMap(part => {
      const [name = '', ...parameters] = part.split(';').map(one => one.trim().toLowerCase());
      return parameters.some(one => /^q=0(?:\.0{0,3})?$/.test(one)) ? [] : [name];
    }),
  );
}
