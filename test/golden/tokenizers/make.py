"""Makes the small tokenizers beside this file, and golden.json with what the Rust library does with them.

    python test/golden/tokenizers/make.py

Needs tokenizers. Each file is a kind that real models ship: what cuts the text, what spells blanks,
what is added. golden.json, per tokenizer and text: ids without and with special tokens, and the text
that the ids with special tokens decode to, special ones left out.
"""

import json
import os
import random

import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers
from tokenizers import pre_tokenizers, processors, trainers

HERE = os.path.dirname(os.path.abspath(__file__))
RANDOM = random.Random(7)
WORDS = r"[^\r\n\p{L}\p{N}]?\p{L}+"
REST = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN = rf"(?i:'s|'t|'re|'ve|'m|'ll|'d)|{WORDS}|\p{{N}}|{REST}"
LLAMA3 = rf"(?i:'s|'t|'re|'ve|'m|'ll|'d)|{WORDS}|\p{{N}}{{1,3}}|{REST}"

TEXTS = [
    "",
    " ",
    "a",
    " a  b   c    ",
    "Hello, world! It's 2024; we'LL see \u2019s.",
    "int main() {\r\n\tstd::vector<int> v = {1, 22, 333, 4444};\r\n\treturn v[0];\r\n}\r\n",
    "\t\t\n\n\n  \n x\n",
    "    " * 9 + "deep",
    "日本語のテキスト、中文文本。한국어 텍스트",
    "مرحبا بالعالم ١٢٣",
    "नमस्ते दुनिया १२३ क्ष",
    "สวัสดีชาวโลก ๑๒๓",
    "Привет, мир! Ёжик",
    "👩‍👩‍👧‍👦 👍🏽 🏳️‍🌈 🇩🇪 🙂🙂",
    "e\u0301 vs \u00e9, \u1100\u1161\u11a8, \u2126 \ufb01",
    "½ ² Ⅷ ①②",
    "\u0000\u0001\u0007\u001b[0m\u007f\u0080\u0085x\u009f",
    "\ufeffBOM \u00a0nbsp\u3000ideographic\u2028line\u2029par\u200bzero",
    "'ſ 'S 'RE 'Ll don't DON'T",
    "x<tool>y <tool><tool>z",
    "<|start|>again<|end|> and <|end|><|start|>",
    "a  <mask>  b<mask>c",
    "<a><b> <a> <b><a><b><a>",
    "ΩΩ É é ÿ Ġ ▁ <0x41>",
    "🦀" * 5 + "ß" * 5 + "\u0e33" * 3,
]


def random_text():
    families = [
        lambda: chr(RANDOM.randint(97, 122)),
        lambda: RANDOM.choice("0123456789"),
        lambda: RANDOM.choice([" ", "  ", "\t", "\n", "\r\n", "        "]),
        lambda: RANDOM.choice(".,;:!?'\"()[]{}<>+-*/=#@$%^&_|\\~`"),
        lambda: chr(RANDOM.randint(0x4E00, 0x9FFF)),
        lambda: chr(RANDOM.randint(0x621, 0x669)),
        lambda: chr(RANDOM.randint(0x905, 0x96F)),
        lambda: chr(RANDOM.randint(0xE01, 0xE3A)),
        lambda: chr(RANDOM.randint(0x410, 0x44F)),
        lambda: chr(RANDOM.randint(0x1F300, 0x1F64F)),
        lambda: RANDOM.choice("\u00a0\u0085\ufeff\u2028\u200d\u3000\u1680\u180e\u202f"),
        lambda: RANDOM.choice(["e\u0301", "o\u0308", "<tool>", "<|end|>", "<mask>", "<a><b>"]),
        lambda: chr(RANDOM.randint(0x80, 0x24F)),
    ]
    chosen = RANDOM.sample(families, RANDOM.randint(1, 4))
    return "".join(RANDOM.choice(chosen)() for _ in range(RANDOM.randint(1, 20)))


TEXTS += [random_text() for _ in range(75)]


def byte_level(pattern, normalizer=None):
    tokenizer = Tokenizer(models.BPE())
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    if isinstance(pattern, str):
        cut = [pre_tokenizers.Split(Regex(pattern), "isolated")]
    else:
        cut = pattern
    last = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=not isinstance(pattern, str))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*cut, last])
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer, pre_tokenizers.ByteLevel.alphabet()


def sentence_piece(pre_tokenizer, normalizer=None):
    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    if pre_tokenizer is not None:
        tokenizer.pre_tokenizer = pre_tokenizer
    strip = [] if "never" in str(pre_tokenizer) else [decoders.Strip(" ", 1, 0)]
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), *strip]
    )
    return tokenizer, [chr(code) for code in range(33, 127)] + ["▁", "é", "日"]


def metaspace(scheme, split):
    return sentence_piece(pre_tokenizers.Metaspace("▁", prepend_scheme=scheme, split=split))


KINDS = {
    "qwen2": lambda: byte_level(QWEN, normalizers.NFC()),
    "llama3": lambda: byte_level(LLAMA3),
    "smollm2": lambda: byte_level([pre_tokenizers.Digits(individual_digits=True)]),
    "cuts": lambda: byte_level(
        [
            pre_tokenizers.Digits(individual_digits=False),
            pre_tokenizers.Punctuation("merged_with_previous"),
            pre_tokenizers.Split("x", "merged_with_next"),
            pre_tokenizers.Split(Regex(r"[0-7]"), "contiguous"),
        ]
    ),
    "llama2": lambda: sentence_piece(
        None, normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    ),
    "metaspace-always": lambda: metaspace("always", True),
    "metaspace-first": lambda: metaspace("first", False),
    "metaspace-never": lambda: metaspace("never", True),
}


def make(name):
    tokenizer, alphabet = KINDS[name]()
    pieces = [f"<0x{byte:02X}>" for byte in range(256)] if "<unk>" in str(tokenizer.model) else []
    trainer = trainers.BpeTrainer(
        vocab_size=len(alphabet) + len(pieces) + 60,
        special_tokens=["<unk>", "<|start|>", "<|end|>", *pieces],
        initial_alphabet=alphabet,
        limit_alphabet=len(alphabet),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXTS * 3, trainer)
    file = json.loads(tokenizer.to_str())
    # The trainer adds the bytes as special tokens; they belong to the vocabulary alone.
    file["added_tokens"] = [token for token in file["added_tokens"] if token["content"] not in pieces]
    if name == "llama3":
        file["model"]["ignore_merges"] = True
    tokenizer = Tokenizer.from_str(json.dumps(file))
    tokenizer.add_tokens([AddedToken(each, normalized=False) for each in ["<tool>", "<a>", "<a><b>", "Ω"]])
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, rstrip=True, normalized=False)])
    if name in ("llama2", "llama3", "metaspace-first", "metaspace-always", "metaspace-never"):
        start = tokenizer.token_to_id("<|start|>")
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<|start|> $A", special_tokens=[("<|start|>", start)]
        )
    return tokenizer


def main():
    golden = {"versions": {"tokenizers": tokenizers.__version__}, "texts": TEXTS, "tokenizers": {}}
    for name in KINDS:
        tokenizer = make(name)
        tokenizer.save(os.path.join(HERE, f"{name}.json"), pretty=False)
        rows = []
        for text in TEXTS:
            special = tokenizer.encode(text).ids
            rows.append(
                dict(
                    ids=tokenizer.encode(text, add_special_tokens=False).ids,
                    withSpecial=special,
                    decoded=tokenizer.decode(special, skip_special_tokens=True),
                )
            )
        golden["tokenizers"][name] = rows
    with open(os.path.join(HERE, "golden.json"), "w") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")


main()
