"""Builds the targets of `ridgewalk export` in PyTorch by the loader of docs/labelling-by-hand.md, and compares their
logits with the exported probabilities: `weights.py RIDGEWALK`.

Needs: pip install torch safetensors numpy
"""

import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np
import torch

MOST = 1e-4
PAGE = pathlib.Path(__file__).parents[2] / "docs/labelling-by-hand.md"
# Settings of each network; VGG-16 pads 28 x 28 to 32 x 32.
NETWORKS = {
    "lenet": ["image_colour=grey"],
    "lenet, colour": ["target=lenet", "image_colour=rgb"],
    "vgg16": ["target=vgg16", "target_width=4", "image_colour=rgb"],
    "resnet": ["target=resnet", "target_width=4", "image_colour=rgb"],
    "vgg16, padded": ["target=vgg16", "target_width=4", "image_side=28"],
}


def images(rng, count):
    """Coloured squares of three kinds in noise, and their classes."""
    labels = rng.integers(0, 3, count)
    pixels = rng.integers(0, 90, (count, 32, 32, 3))
    for image, label in zip(pixels, labels):
        image[4 + 8 * label : 12 + 8 * label, 8:24, label] += 150
    return pixels.astype(np.uint8), labels


def fitted(pixels, image):
    """Images as the card says; here all are of the side that they are brought to, or 28 of their 32 pixels."""
    x = torch.tensor(pixels, dtype=torch.float32).permute(0, 3, 1, 2) / 255
    down, right = image["height"] - x.shape[2], image["width"] - x.shape[3]
    return torch.nn.functional.pad(x, (right // 2, right - right // 2, down // 2, down - down // 2))


def main(binary):
    loader = {}
    exec(re.search(r"```python\n(.*?)```", PAGE.read_text(), re.S).group(1), loader)
    rng, worst = np.random.default_rng(1), 0.0
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        for number, (name, settings) in enumerate(NETWORKS.items()):
            side = 28 if "image_side=28" in settings else 32
            x, y = images(rng, 120)
            test, truth = images(rng, 40)
            x, test = x[:, :side, :side], test[:, :side, :side]
            if "image_colour=rgb" not in settings:
                x, test = x[..., 1], test[..., 1]
            data, out, export = (place / f"{what}{number}" for what in ("data", "run", "export"))
            np.savez(f"{data}.npz", x_train=x, y_train=y, x_test=test, y_test=truth)
            usual = ["image_side=32", "latent_dim=2", "generator_epochs=1", "samples_per_round=30", "minibatches_per_round=12"]
            usual += ["learning_rate=0.0002"]
            # Each once: those of the network come before the usual ones.
            given = {setting.split("=")[0]: setting for setting in usual + settings}
            words = [word for setting in given.values() for word in ("--set", setting)]
            cache = ["--cache-dir", place / "cache"]
            run = [binary, "run", "--data", f"{data}.npz", "--rounds", "2", "--strategies", "random", *words, "--out", out]
            subprocess.run([*run, *cache], check=True, stdout=subprocess.DEVNULL)
            subprocess.run(
                [binary, "export", out, "--out", export, "--format", "npz", *cache], check=True, stdout=subprocess.DEVNULL
            )
            model, card = loader["load"](str(export / "weights/random-01-02"))
            table = np.load(export / "predictions.npz")
            last = table["round"] == 2
            pixels = test if test.ndim == 4 else test[..., None]
            with torch.no_grad():
                ours = torch.log_softmax(model(fitted(pixels, card["image"])), 1).numpy()
            theirs = np.log(table["p"][last])
            told = theirs > -10
            off = np.abs(ours - theirs)[told].max()
            worst = max(worst, off)
            print(f"{name}: {len(card['layers'])} layers, classes {', '.join(card['classes'])}, {told.sum()} logits differ by at most {off:.1e}")
    sys.exit(f"more than {MOST}" if worst > MOST else None)


main(sys.argv[1])
