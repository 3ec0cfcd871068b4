// The admin port: a few pages over HTTP for machines. /healthz says that the process lives, /readyz whether it can answer
// commands, /metrics everything it counts. The first two tell nothing worth hiding and need no token, so that a load
// balancer needs no secret. Off loopback the port wants a token for the rest, compared in constant time.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ListenFault, listenFault } from '../listen-fault.js';
import { isLoopback } from '../listeners.js';
import type { ServerContext } from '../server-context.js';
import { createMetrics } from './metrics.js';

/** Where the admin pages are served, and who may see them. */
export interface AdminOptions {
  /** TCP port; 0 takes a free one. */
  readonly port: number;
  /** Default 127.0.0.1; another than loopback needs a token. */
  readonly host?: string;
  /** What `Authorization: Bearer` must carry for all but /healthz and /readyz. */
  readonly token?: string;
}

interface Page {
  readonly isOpen: boolean;
  answer(): Promise<Answer> | Answer;
}

interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body: string;
}

const maxConnections = 256;
const plainText = 'text/plain; charset=utf-8';

export class AdminListener {
  readonly #context: ServerContext;
  readonly #options: AdminOptions;
  readonly #key = randomBytes(32);
  readonly #token: Buffer | null;
  readonly #pages: ReadonlyMap<string, Page>;
  #server: Server | null = null;
  #isClosing = false;

  constructor(context: ServerContext, options: AdminOptions) {
    this.#context = context;
    this.#options = options;
    this.#token = options.token === undefined ? null : this.#hash(options.token);
    const metrics = createMetrics(context);
    this.#pages = new Map<string, Page>([
      ['/healthz', { isOpen: true, answer: () => ({ status: 200, body: 'alive\n' }) }],
      ['/readyz', { isOpen: true, answer: () => this.#readiness() }],
      [
        '/metrics',
        {
          isOpen: false,
          answer: async () => ({ status: 200, type: metrics.contentType, body: await metrics.metrics() }),
        },
      ],
    ]);
  }

  /** @throws ListenFault when it cannot listen, or may not without a token */
  async listen(): Promise<{ readonly host: string; readonly port: number }> {
    const { host = '127.0.0.1', port } = this.#options;
    const shown = `${host}:${port}`;
    if (this.#token === null && !isLoopback(host))
      throw new ListenFault(
        'ADMIN_PROTECTED',
        shown,
        `refusing to serve the admin pages on ${host}, which others can reach, without a token: set one, or use 127.0.0.1`,
      );
    const server = createServer(
      { requestTimeout: 10_000, headersTimeout: 5000, keepAliveTimeout: 60_000, maxHeaderSize: 16 * 1024 },
      (request, response) => void this.#answer(request, response),
    );
    server.maxConnections = maxConnections;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => reject(listenFault(error, shown)));
      server.listen({ host, port }, resolve);
    });
    server.removeAllListeners('error');
    server.on('error', (error) => this.#context.logger.error({ err: error }, 'the admin port failed'));
    this.#server = server;
    const bound = server.address();
    return typeof bound === 'object' && bound !== null ? { host: bound.address, port: bound.port } : { host, port };
  }

  /** The server drains: /readyz says so from now on, so that balancers send nobody new. */
  beginClosing(): void {
    this.#isClosing = true;
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // what a request brings along is not wanted
    request.resume();
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const page = this.#pages.get(path);
    let answer: Answer;
    if (page === undefined)
      answer = { status: 404, body: `there is no such page; there are ${[...this.#pages.keys()].join(', ')}\n` };
    else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      answer = { status: 405, body: 'this page takes GET and HEAD\n' };
    } else if (!page.isOpen && this.#token === null && !isLoopbackName(request.headers.host)) {
      // a page of the web whose name was made to lead here could read it otherwise
      answer = { status: 403, body: 'without an admin token this page is for localhost, 127.0.0.1 and [::1] alone\n' };
    } else if (!page.isOpen && !this.#isAllowed(request)) {
      response.setHeader('WWW-Authenticate', 'Bearer');
      answer = { status: 401, body: 'this page needs the admin token: Authorization: Bearer <token>\n' };
    } else {
      try {
        answer = await page.answer();
      } catch (error) {
        this.#context.logger.error({ err: error, path }, 'an admin page failed');
        answer = { status: 500, body: 'internal error; see the log of the server\n' };
      }
    }
    response.writeHead(answer.status, {
      'Content-Type': answer.type ?? plainText,
      'Content-Length': Buffer.byteLength(answer.body),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    });
    response.end(request.method === 'HEAD' ? undefined : answer.body);
  }

  #readiness(): Answer {
    const health = this.#context.engine.health();
    if (this.#isClosing) return { status: 503, body: 'not ready: the server is shutting down\n' };
    if (health.isReady) return { status: 200, body: 'ready\n' };
    return { status: 503, body: `not ready: ${health.reason ?? 'the engine cannot answer'}\n` };
  }

  #isAllowed(request: IncomingMessage): boolean {
    if (this.#token === null) return true;
    const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    return timingSafeEqual(this.#hash(given), this.#token);
  }

  #hash(token: string): Buffer {
    return createHmac('sha256', this.#key).update(token).digest();
  }
}

/** Whether a Host header names this machine as only this machine can. */
function isLoopbackName(host: string | undefined): boolean {
  const name = host?.replace(/:\d*$/, '').toLowerCase() ?? '';
  return name === 'localhost' || isLoopback(name.replace(/^\[(.*)\]$/, '$1'));
}
