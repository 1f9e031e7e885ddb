"""PyTorch's side of bench/engine: `python torch_peer.py WORK JSON-OPTIONS` prints one JSON line.

Eager mode with what is fastest on a CPU: scaled_dot_product_attention, fused AdamW, no logits for
prompt tokens, a KV cache written in place. Plain PyTorch: no other package is needed.
"""
import json
import resource
import sys
import time

import torch
import torch.nn.functional as F


def timed(run, repeats, warmup=2):
    """Seconds of each of `repeats` runs after `warmup` of them."""
    for _ in range(warmup):
        run()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return seconds


def dtype_of(options):
    return torch.bfloat16 if options.get("dtype") == "bf16" else torch.float32


class Decoder(torch.nn.Module):
    """The decoder of src/policy/decoder/decoder.ts: RMSNorm, rotary, grouped-query attention, SwiGLU."""

    def __init__(self, shape, dtype):
        super().__init__()
        self.shape = shape
        hidden, heads, kv = shape["hidden"], shape["heads"], shape["kvHeads"]
        self.head_dim = shape["headDim"]
        generator = torch.Generator().manual_seed(7)

        def matrix(rows, columns):
            values = torch.empty(rows, columns, dtype=dtype)
            values.normal_(0, 0.02, generator=generator)
            return torch.nn.Parameter(values)

        def ones():
            return torch.nn.Parameter(torch.ones(hidden, dtype=dtype))

        q, k = heads * self.head_dim, kv * self.head_dim
        self.embed = matrix(shape["vocabulary"], hidden)
        self.norm = ones()
        self.layers = torch.nn.ModuleList()
        for _ in range(shape["layers"]):
            layer = torch.nn.Module()
            layer.norm1, layer.norm2 = ones(), ones()
            layer.q, layer.k, layer.v, layer.o = matrix(q, hidden), matrix(k, hidden), matrix(k, hidden), matrix(hidden, q)
            layer.gate, layer.up = matrix(shape["intermediate"], hidden), matrix(shape["intermediate"], hidden)
            layer.down = matrix(hidden, shape["intermediate"])
            if shape.get("bias"):
                layer.q_bias = torch.nn.Parameter(torch.zeros(q, dtype=dtype))
                layer.k_bias = torch.nn.Parameter(torch.zeros(k, dtype=dtype))
                layer.v_bias = torch.nn.Parameter(torch.zeros(k, dtype=dtype))
            self.layers.append(layer)
        half = self.head_dim // 2
        angles = torch.arange(4096)[:, None] / 10000 ** (torch.arange(half) / half)
        self.cos, self.sin = angles.cos().to(dtype), angles.sin().to(dtype)
        self.rank = 0

    def add_lora(self, rank):
        """LoRA on q and v, everything else frozen."""
        for parameter in self.parameters():
            parameter.requires_grad_(False)
        self.rank = rank
        for layer in self.layers:
            for name, weight in (("q", layer.q), ("v", layer.v)):
                rows, columns = weight.shape
                setattr(layer, name + "_a", torch.nn.Parameter(torch.randn(rank, columns) * 0.02))
                setattr(layer, name + "_b", torch.nn.Parameter(torch.zeros(rows, rank)))

    def project(self, layer, name, x):
        y = F.linear(x, getattr(layer, name), getattr(layer, name + "_bias", None))
        if self.rank and name in "qv":
            a, b = getattr(layer, name + "_a"), getattr(layer, name + "_b")
            y = y + F.linear(F.linear(x, a.to(x.dtype)), b.to(x.dtype)) * 2.0
        return y

    def rotate(self, x, cos, sin):
        first, second = x.chunk(2, -1)
        return torch.cat([first * cos - second * sin, second * cos + first * sin], -1)

    def forward(self, ids, start=0, caches=None):
        shape, batch, length = self.shape, ids.shape[0], ids.shape[1]
        cos, sin = self.cos[start : start + length], self.sin[start : start + length]
        if torch.is_autocast_enabled("cpu"):
            cos, sin = cos.bfloat16(), sin.bfloat16()
        x = F.embedding(ids, self.embed)
        group = shape["heads"] // shape["kvHeads"]
        for index, layer in enumerate(self.layers):
            h = F.rms_norm(x, (shape["hidden"],), layer.norm1, 1e-6)
            split = lambda y: y.view(batch, length, -1, self.head_dim).transpose(1, 2)
            q = self.rotate(split(self.project(layer, "q", h)), cos, sin)
            k = self.rotate(split(self.project(layer, "k", h)), cos, sin)
            v = split(self.project(layer, "v", h))
            if caches is None:
                attended = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=group > 1)
            else:
                keys, values = caches[index]
                keys[:, :, start : start + length] = k
                values[:, :, start : start + length] = v
                seen = start + length
                attended = F.scaled_dot_product_attention(
                    q, keys[:, :, :seen], values[:, :, :seen], is_causal=length > 1, enable_gqa=group > 1
                )
            x = x + self.project(layer, "o", attended.transpose(1, 2).reshape(batch, length, -1))
            g = F.rms_norm(x, (shape["hidden"],), layer.norm2, 1e-6)
            x = x + self.project(layer, "down", F.silu(self.project(layer, "gate", g)) * self.project(layer, "up", g))
        return F.rms_norm(x, (shape["hidden"],), self.norm, 1e-6)


def batch_of(options):
    generator = torch.Generator().manual_seed(3)
    size = (options["batch"], options["length"] + 1)
    ids = torch.randint(options["shape"]["vocabulary"], size, generator=generator)
    return ids[:, :-1], ids[:, 1:]


def loss_of(model, ids, targets, precision):
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "autocast"):
        hidden = model(ids)
        logits = F.linear(hidden, model.embed)
    return F.cross_entropy(logits.flatten(0, 1).float(), targets.flatten())


def training_step(options):
    model = Decoder(options["shape"], torch.float32)
    optimiser = torch.optim.AdamW(model.parameters(), 1e-3, (0.9, 0.95), 1e-8, 0.1, fused=True)
    ids, targets = batch_of(options)

    def step():
        optimiser.zero_grad(set_to_none=True)
        loss_of(model, ids, targets, options["precision"]).backward()
        optimiser.step()

    return timed(step, options["repeats"])


def lora_step(options):
    model = Decoder(options["shape"], dtype_of(options))
    model.add_lora(options["rank"])
    trained = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(trained, 1e-3, (0.9, 0.95), 1e-8, 0.1, fused=True)
    ids, targets = batch_of(options)

    def step():
        optimiser.zero_grad(set_to_none=True)
        loss_of(model, ids, targets, "as held").backward()
        optimiser.step()

    return timed(step, options["repeats"], 1)


@torch.no_grad()
def sampling(options):
    dtype = dtype_of(options)
    shape, batch, prompt, new = options["shape"], options["batch"], options["prompt"], options["new"]
    model = Decoder(shape, dtype)
    generator = torch.Generator().manual_seed(5)
    prompts = torch.randint(shape["vocabulary"], (batch, prompt), generator=generator)
    size = (batch, shape["kvHeads"], prompt + new, shape["headDim"])

    def draw(hidden):
        logits = F.linear(hidden[:, -1], model.embed).float()
        return torch.multinomial(logits.softmax(-1), 1, generator=generator)

    def run():
        caches = [(torch.empty(size, dtype=dtype), torch.empty(size, dtype=dtype)) for _ in model.layers]
        token = draw(model(prompts, 0, caches))
        for position in range(prompt, prompt + new - 1):
            token = draw(model(token, position, caches))

    return timed(run, options["repeats"], 1)


@torch.no_grad()
def product(options):
    m, k, n = options["m"], options["k"], options["n"]
    x, weight = torch.randn(m, k).to(dtype_of(options)), torch.randn(n, k).to(dtype_of(options))
    return timed(lambda: F.linear(x, weight), options["repeats"])


def kernel(options):
    """One operation forward and backward; the tensors of bench/engine/kernels.ts."""
    name, rows = options["name"], options.get("rows", 0)
    leaf = lambda *size: torch.randn(*size).requires_grad_()
    if name == "rmsNorm":
        x, w = leaf(rows, options["width"]), leaf(options["width"])
        run = lambda: F.rms_norm(x, (options["width"],), w, 1e-6)
    elif name == "swiglu":
        g, u = leaf(rows, options["width"]), leaf(rows, options["width"])
        run = lambda: F.silu(g) * u
    elif name == "rotary":
        heads, head_dim, length = options["heads"], options["headDim"], options["length"]
        half = head_dim // 2
        angles = torch.arange(length)[:, None] / 10000 ** (torch.arange(half) / half)
        cos, sin = angles.cos()[:, None], angles.sin()[:, None]
        x = leaf(rows // length, length, heads, head_dim)

        def run():
            first, second = x.chunk(2, -1)
            return torch.cat([first * cos - second * sin, second * cos + first * sin], -1)

    elif name == "causalAttention":
        length, head_dim = options["length"], options["headDim"]
        batch = rows // length
        q = leaf(batch, options["heads"], length, head_dim)
        k, v = leaf(batch, options["kvHeads"], length, head_dim), leaf(batch, options["kvHeads"], length, head_dim)
        run = lambda: F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
    elif name == "tokenLogprobs":
        hidden, w = leaf(rows, options["width"]), leaf(options["vocabulary"], options["width"])
        targets = torch.randint(options["vocabulary"], (rows,))

        def run():
            logp = F.linear(hidden, w).log_softmax(-1)
            entropy = -(logp.exp() * logp).sum(-1)
            return logp.gather(1, targets[:, None])[:, 0] + 0.01 * entropy

    elif name == "embedding":
        table = leaf(options["vocabulary"], options["width"])
        ids = torch.randint(options["vocabulary"], (rows,))
        run = lambda: F.embedding(ids, table)
    elif name == "adamw":
        parameter = torch.nn.Parameter(torch.randn(rows, options["width"]))
        parameter.grad = torch.randn_like(parameter)
        return timed(torch.optim.AdamW([parameter], 1e-3, fused=True).step, options["repeats"])
    elif name == "linear":
        x, w = leaf(rows, options["width"]), leaf(options["out"], options["width"])
        run = lambda: F.linear(x, w)
    else:
        raise SystemExit(f"torch_peer: unknown kernel {name}")
    dy = torch.randn_like(run())
    return timed(lambda: run().backward(dy), options["repeats"])


WORKS = {"training": training_step, "lora": lora_step, "sampling": sampling, "product": product, "kernel": kernel}

if __name__ == "__main__":
    work, options = sys.argv[1], json.loads(sys.argv[2])
    torch.set_num_threads(options["threads"])
    torch.manual_seed(1)
    seconds = WORKS[work](options)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"milliseconds": [1000 * s for s in seconds], "peakMegabytes": peak, "version": torch.__version__}))
