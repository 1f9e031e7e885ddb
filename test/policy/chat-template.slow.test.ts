import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadTokenizer, tokenizerFromFiles, trainByteLevelBpe } from '../../src/policy/index.js';
import type { ChatMessage } from '../../src/records.js';
import { itWithData } from '../data.js';
import { temporaryFolder } from './fixtures.js';

const files = trainByteLevelBpe(['a'], { vocabSize: 258, specialTokens: ['</s>', '<s>'] });
const talk: ChatMessage[] = [
  { role: 'system', content: 'be short' },
  { role: 'user', content: ' hi\n' },
  { role: 'assistant', content: '<think>\nhm\n</think>\n\nhello' },
  { role: 'user', content: 'bye' },
];

async function render(
  template: unknown,
  messages: ChatMessage[] = talk,
  chatTemplate?: string,
): Promise<string> {
  const config = { ...JSON.parse(files.tokenizerConfig), bos_token: '<s>' };
  const tokenizer = await tokenizerFromFiles(
    {
      ...files,
      tokenizerConfig: JSON.stringify({ ...config, chat_template: template }),
      chatTemplate,
    },
    'here',
  );
  return tokenizer.renderChat(messages);
}

for (const name of ['qwen2.5', 'deepseek-coder']) {
  itWithData(
    `${name} renders chats as the reference does`,
    ['tokenizers', name],
    async (folder) => {
      interface Golden {
        messages: ChatMessage[];
        rendered: string;
        add_generation_prompt: boolean;
        tools?: unknown;
      }
      const tokenizer = await loadTokenizer(folder);
      const rows: Golden[] = JSON.parse(
        readFileSync(path.join(folder, 'chat_golden.json'), 'utf8'),
      );
      const hasMore = (message: ChatMessage): boolean =>
        Object.keys(message).some((key) => key !== 'role' && key !== 'content');
      let checked = 0;
      for (const { messages, rendered, add_generation_prompt, tools } of rows) {
        // What PolicyTokenizer renders: text messages, opened for the assistant, no tools.
        if (!add_generation_prompt || tools !== undefined || messages.some(hasMore)) continue;
        expect(tokenizer.renderChat(messages)).toBe(rendered);
        checked++;
      }
      expect(checked).toBeGreaterThan(2);
    },
  );
}

describe('a chat template', () => {
  it('is told that there are neither tools nor documents, as transformers tells it', async () => {
    for (const name of ['tools', 'documents']) {
      const template = `{{ ${name} is defined }} {% if ${name} is not none %}some{% else %}none{% endif %}`;
      expect(await render(template)).toBe('true none');
    }
  });

  // Expected texts are those of Jinja2 3.1.6 set up as transformers 5.18 does.
  it('may use what the templates of Llama 3 and Qwen3 use', async () => {
    const llama =
      "{% for message in messages %}{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}";
    expect(await render(llama, talk.slice(1, 2))).toBe(
      '<s><|start_header_id|>user<|end_header_id|>\n\nhi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n',
    );
    const qwen3 = `{%- set ns = namespace(last=-1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if message.role == "user" and ns.last < 0 %}
        {%- set ns.last = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- set content = message.content if message.content is string else '' %}
    {%- if '</think>' in content %}
        {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
    {%- endif %}
    {{- '<|im_start|>' + message.role ~ ':' ~ ns.last + '\\n' + content }}
    {{- '<|im_end|>\\n' }}
{%- endfor %}`;
    expect(await render(qwen3)).toBe(
      '<|im_start|>system:3\nbe short<|im_end|>\n<|im_start|>user:3\n hi\n<|im_end|>\n<|im_start|>assistant:3\nhello<|im_end|>\n<|im_start|>user:3\nbye<|im_end|>\n',
    );
  });

  it('gives the same text on any day', async () => {
    const dated =
      "{% if strftime_now is defined %}{{ strftime_now('%d %b %Y') }}{% else %}26 Jul 2024{% endif %}";
    expect(await render(dated)).toBe('26 Jul 2024');
  });

  it('is the one named "default" of a list, and the file comes before the config', async () => {
    const list = [
      { name: 'tool_use', template: 'tools' },
      { name: 'default', template: '{{ messages[0].content }}' },
    ];
    expect(await render(list)).toBe('be short');
    expect(await render(list, talk, 'the file')).toBe('the file');
    await expect(render(list.slice(0, 1))).rejects.toThrow(
      /here: expected "chat_template".*got those named tool_use/,
    );
  });

  it('is read from chat_template.jinja beside the tokenizer', async () => {
    const folder = path.join(await temporaryFolder(), 'model');
    await mkdir(folder);
    await writeFile(path.join(folder, 'tokenizer.json'), files.tokenizer);
    await writeFile(path.join(folder, 'chat_template.jinja'), '{{ messages[1].content }}!');
    const tokenizer = await loadTokenizer(folder);
    expect(tokenizer.renderChat(talk)).toBe(' hi\n!');
    expect(tokenizer.files.chatTemplate).toBe('{{ messages[1].content }}!');
  });

  it('that is missing, broken or refuses the messages is named with its reason', async () => {
    await expect(render(undefined)).rejects.toThrow(/here: has no chat template/);
    await expect(render(null)).rejects.toThrow(/add "chat_template" to tokenizer_config\.json/);
    await expect(render(7)).rejects.toThrow(
      /expected "chat_template" to be a text or a list.*got 7/,
    );
    await expect(render('{% for %}')).rejects.toThrow(/here: the chat template cannot render/);
    await expect(
      render("{{ raise_exception('System role not supported') }}", talk.slice(0, 2)),
    ).rejects.toThrow(/cannot render messages of system, user: System role not supported/);
    await expect(render('{{ messages[0].content.missing() }}', [])).rejects.toThrow(
      /cannot render an empty conversation/,
    );
  });
});
