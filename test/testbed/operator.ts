import type { TestChain } from './chain.ts';
import { until } from './until.ts';

export const DEPLOY_JOB = 'ark-deploy-instance';
export const DESTROY_JOB = 'ark-destroy-instance';

export interface BuildSeen {
  readonly number: number;
  readonly building: boolean;
  readonly result: string | null;
  readonly actions: readonly {
    readonly causes?: readonly { readonly userId?: string }[];
    readonly parameters?: readonly { readonly name: string; readonly value: string }[];
  }[];
}

type Fields = readonly (readonly [name: string, value: string])[];

/** A person at the local Jenkins' page: signs in by the form, sends the forms of its pages as a browser does. */
export class Operator {
  readonly #base: string;
  #cookie = '';

  private constructor(base: string) {
    this.#base = base;
  }

  static async signIn({ jenkins }: TestChain): Promise<Operator> {
    const operator = new Operator(jenkins.url);
    await operator.#open('/login');
    const form = [
      ['j_username', jenkins.operator],
      ['j_password', jenkins.password],
    ] as const;
    const answer = await operator.#send('/j_spring_security_check', form);
    if (answer.status !== 302 || answer.headers.get('location')?.includes('loginError') === true) {
      throw new Error(`The sign-in was answered ${String(answer.status)}`);
    }
    return operator;
  }

  /** Opens the form of Rebuild, changes some of its values and sends it. Resolves to the new build's number. */
  async rebuild(
    job: string,
    number: number,
    changes: Readonly<Record<string, string>> = {},
  ): Promise<number> {
    return this.#start(job, `/job/${job}/${String(number)}/rebuild/parameterized`, changes);
  }

  /** Build with Parameters; what is not named stays empty. Resolves to the new build's number. */
  async buildWith(job: string, values: Readonly<Record<string, string>>): Promise<number> {
    return this.#start(job, `/job/${job}/build?delay=0sec`, values);
  }

  /** Presses Abort on the page of a build. */
  async abort(job: string, number: number): Promise<void> {
    const page = `/job/${job}/${String(number)}/`;
    const html = await this.#open(page);
    const form = formsOf(html).find(({ action }) => action.endsWith('stop'));
    if (form === undefined) throw new Error('The page of the build has no Abort');
    await this.#submit(new URL(form.action, `${this.#base}${page}`), form.fields);
  }

  /** What a build looks like to the API that this person may read. */
  async build(job: string, number: number): Promise<BuildSeen> {
    return this.#json<BuildSeen>(`/job/${job}/${String(number)}/api/json`);
  }

  async builds(job: string): Promise<readonly BuildSeen[]> {
    const tree = 'builds[number,building,result,actions[causes[userId],parameters[name,value]]]';
    return (await this.#json<{ builds: BuildSeen[] }>(`/job/${job}/api/json?tree=${tree}`)).builds;
  }

  /** The builds that carry this deployment id. */
  async buildsOf(deploymentId: string, job = DEPLOY_JOB): Promise<readonly BuildSeen[]> {
    const builds = await this.builds(job);
    return builds.filter(({ actions }) =>
      actions.some(({ parameters = [] }) => parameters.some(({ value }) => value === deploymentId)),
    );
  }

  async untilEnded(job: string, number: number): Promise<BuildSeen> {
    return until(
      () => this.build(job, number),
      ({ building }) => !building,
    );
  }

  async console(job: string, number: number): Promise<string> {
    return this.#open(`/job/${job}/${String(number)}/consoleText`);
  }

  /** The lines for people, without `ark: `. */
  async lines(job: string, number: number): Promise<readonly string[]> {
    const text = await this.console(job, number);
    return text
      .split('\n')
      .filter((line) => line.startsWith('ark: '))
      .map((line) => line.slice('ark: '.length));
  }

  async #start(job: string, page: string, values: Readonly<Record<string, string>>): Promise<number> {
    const before = Math.max(0, ...(await this.builds(job)).map(({ number }) => number));
    const form = formsOf(await this.#open(page)).find(({ fields }) =>
      fields.some(([name]) => name === 'value'),
    );
    if (form === undefined) throw new Error(`${page} has no form`);
    await this.#submit(new URL(form.action, `${this.#base}${page}`), withValues(form.fields, values));
    const isMine = ({ number, actions }: BuildSeen): boolean =>
      number > before &&
      actions.some(({ causes = [] }) => causes.some(({ userId }) => userId === 'operator'));
    const found = await until(
      async () => (await this.builds(job)).find(isMine),
      (build) => build !== undefined,
    );
    return found?.number ?? 0;
  }

  async #submit(url: URL, fields: Fields): Promise<void> {
    const answer = await this.#send(url.pathname + url.search, fields);
    if (![201, 302, 303].includes(answer.status)) {
      throw new Error(`${url.pathname} was answered ${String(answer.status)}: ${await answer.text()}`);
    }
  }

  async #json<T>(path: string): Promise<T> {
    return JSON.parse(await this.#open(path)) as T;
  }

  async #open(path: string): Promise<string> {
    const answer = await this.#fetch(path, { headers: { cookie: this.#cookie } });
    // the form of Build with Parameters comes with a 405, as Jenkins sends it
    if (!answer.ok && answer.status !== 405) throw new Error(`${path} was answered ${String(answer.status)}`);
    return answer.text();
  }

  async #send(path: string, fields: Fields): Promise<Response> {
    return this.#fetch(path, {
      method: 'POST',
      headers: { cookie: this.#cookie, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString(),
    });
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const signal = AbortSignal.timeout(15_000);
    const answer = await fetch(this.#base + path, { ...init, redirect: 'manual', signal });
    const [cookie] = answer.headers.getSetCookie();
    if (cookie !== undefined) this.#cookie = cookie.split(';')[0] ?? '';
    return answer;
  }
}

interface Form {
  readonly action: string;
  readonly fields: Fields;
}

function formsOf(html: string): Form[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, head = '', body = '']) => ({
    action: attribute(head, 'action'),
    fields: [...body.matchAll(/<input\b([^>]*)>/g)].map(
      ([, input = '']) => [attribute(input, 'name'), attribute(input, 'value')] as const,
    ),
  }));
}

function attribute(text: string, name: string): string {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1] ?? '';
  return value
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

/** Jenkins' forms send pairs of `name` and `value`. */
function withValues(fields: Fields, values: Readonly<Record<string, string>>): Fields {
  let name = '';
  return fields.map(([field, value]) => {
    if (field === 'name') name = value;
    return [field, field === 'value' ? (values[name] ?? value) : value] as const;
  });
}
