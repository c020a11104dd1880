"""A training step of PyTorch and PEFT, once for each line on standard input; what it took goes to standard output as JSON.

The model is built from FOLDER/config.json with random weights. The step is what users of PEFT run: transformers' own loss over
rows of 128 random tokens, the second half of which are targets; LoRA of rank 16 on every linear module; AdamW.

    python trainPeft.py FOLDER --tokens 512 --dtype float32 [--checkpointing]
"""

import argparse
import json
import resource
import sys
import time

import peft
import torch
import transformers

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--tokens", type=int, default=512)
parser.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--checkpointing", action="store_true")
flags = parser.parse_args()


def tell(**values):
    print(json.dumps(values), flush=True)


torch.set_num_threads(flags.threads)
torch.manual_seed(1)
config = transformers.AutoConfig.from_pretrained(flags.folder)
config.use_cache = False
model = transformers.AutoModelForCausalLM.from_config(config, dtype=getattr(torch, flags.dtype))
if flags.checkpointing:
    model.gradient_checkpointing_enable()
    model.enable_input_require_grads()
lora = peft.LoraConfig(r=16, lora_alpha=32, lora_dropout=0.05, target_modules="all-linear", task_type="CAUSAL_LM")
model = peft.get_peft_model(model, lora)
model.train()
trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
optimizer = torch.optim.AdamW(trained, lr=1e-4)
ids = torch.randint(0, config.vocab_size, (flags.tokens // 128, 128))
labels = ids.clone()
labels[:, :64] = -100
tell(
    versions={"torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__},
    attention=config._attn_implementation,
    trained=sum(parameter.numel() for parameter in trained),
)

for _ in sys.stdin:
    start = time.perf_counter()
    loss = model(input_ids=ids, attention_mask=torch.ones_like(ids), labels=labels).loss
    loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    seconds = time.perf_counter() - start
    tell(seconds=seconds, peakBytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, loss=loss.item())
