"""The works of benches/engine.rs in PyTorch and SciPy: `engine.py WORK THREADS SECONDS [cpu|cuda]` prints a line of
milliseconds for each repetition.

Needs: pip install torch scipy numpy
"""

import sys
import time

import numpy as np
import torch
from scipy.spatial import cKDTree
from torch import nn
from torch.nn import functional

BATCH, MASKS, IMAGES, POINTS, ANCHORS, WIDTH = 64, 32, 4096, 60_000, 500, 64
LEAST_REPETITIONS = 3


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10),
    )


def vgg16():
    layers, inputs = [], 3
    for units, count in [(1, 2), (2, 2), (4, 3), (8, 3), (8, 3)]:
        for _ in range(count):
            layers += [nn.Conv2d(inputs, units * WIDTH, 3, padding=1), nn.BatchNorm2d(units * WIDTH), nn.ReLU()]
            inputs = units * WIDTH
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(inputs, 10))


def stress_net():
    layers, inputs = [], 1
    for i, outputs in enumerate([8, 16, 32, 64, 64]):
        layers += [nn.Conv2d(inputs, outputs, 2), nn.BatchNorm2d(outputs), nn.ReLU()]
        layers += [nn.MaxPool2d(2)] if i < 4 else []
        inputs = outputs
    for outputs in [64, 32, 16, 8]:
        layers += [nn.ConvTranspose2d(inputs, outputs, 2), nn.BatchNorm2d(outputs), nn.ReLU(), nn.Upsample(scale_factor=2)]
        inputs = outputs
    return nn.Sequential(*layers, nn.ConvTranspose2d(inputs, 1, 3), nn.Sigmoid())


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(*[
            layer for _ in range(2)
            for layer in (nn.Conv2d(WIDTH, WIDTH, 3, padding=1), nn.BatchNorm2d(WIDTH), nn.LeakyReLU(0.2))
        ])

    def forward(self, x):
        return self.body(x) + x


def pyramid(outputs):
    blocks = [Block(), nn.AvgPool2d(2), Block(), nn.AvgPool2d(2), Block()]
    return nn.Sequential(nn.Conv2d(3, WIDTH, 5, padding=2), nn.AvgPool2d(2), nn.ReLU(), *blocks, nn.Flatten(), nn.Linear(WIDTH * 16, outputs))


def decoder():
    blocks = [Block()] + [layer for _ in range(3) for layer in (nn.Upsample(scale_factor=2), Block())]
    return nn.Sequential(nn.Linear(3, WIDTH * 16), nn.ReLU(), nn.Unflatten(1, (WIDTH, 4, 4)), *blocks, nn.Conv2d(WIDTH, 3, 1), nn.Tanh())


def code_discriminator():
    return nn.Sequential(nn.Linear(3, 700), nn.LeakyReLU(0.2), nn.Linear(700, 700), nn.LeakyReLU(0.2), nn.Linear(700, 1))


class Vae(nn.Module):
    def __init__(self, latent=3):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(784, 400), nn.ReLU(), nn.Linear(400, 400), nn.ReLU())
        self.mean, self.log_variance = nn.Linear(400, latent), nn.Linear(400, latent)
        self.decoder = nn.Sequential(nn.Linear(latent, 400), nn.ReLU(), nn.Linear(400, 400), nn.ReLU(), nn.Linear(400, 784))

    def loss(self, x):
        h = self.encoder(x)
        mean, log_variance = self.mean(h), self.log_variance(h)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        bce = functional.binary_cross_entropy_with_logits(self.decoder(z), x, reduction="sum")
        kl = 0.5 * (log_variance.exp() + mean**2 - log_variance - 1).sum()
        return (bce + kl) / len(x)


def step(net, images, loss):
    adam = torch.optim.Adam(net.parameters(), 1e-3)

    def work():
        adam.zero_grad()
        loss(net(images)).backward()
        adam.step()

    return work


def classes(net, shape):
    labels = torch.arange(BATCH) % 10
    return step(net, torch.rand(BATCH, *shape), lambda logits: functional.cross_entropy(logits, labels))


def stress_step():
    maps = torch.rand(MASKS, 1, 64, 64)
    return step(stress_net(), torch.rand(MASKS, 1, 64, 64), lambda out: functional.mse_loss(out, maps))


def alpha_gan_step():
    """One step of each network, as in src/generator/alpha_gan/training.rs."""
    encoder, generator, discriminator, judge = pyramid(3), decoder(), pyramid(1), code_discriminator()
    adam = [torch.optim.Adam(net.parameters(), 1e-3, betas=(0.5, 0.9)) for net in (encoder, generator, discriminator, judge)]
    images, lowest = torch.rand(BATCH, 3, 32, 32) * 2 - 1, functional.logsigmoid

    def fixed(net, on):
        for parameter in net.parameters():
            parameter.requires_grad_(not on)

    def work():
        noise = torch.randn(BATCH, 3)
        for optimiser in adam:
            optimiser.zero_grad()
        fixed(discriminator, True), fixed(judge, True)
        codes = encoder(images)
        reconstruction = (generator(codes) - images).abs().mean()
        fakes = generator(torch.cat([codes.detach(), noise]))
        (reconstruction - judge(codes).mean() - 2 * discriminator(fakes).mean()).backward()
        fixed(discriminator, False), fixed(judge, False)
        fakes = fakes.detach()
        (-2 * lowest(discriminator(images)).mean() - 2 * lowest(-discriminator(fakes)).mean()).backward()
        (-lowest(judge(noise)).mean() - lowest(-judge(codes.detach())).mean()).backward()
        for optimiser in adam:
            optimiser.step()

    return work


def vae_epoch():
    vae, images = Vae(), torch.rand(IMAGES, 784)
    adam = torch.optim.Adam(vae.parameters(), 1e-3)

    def work():
        for i in range(0, IMAGES, 128):
            adam.zero_grad()
            vae.loss(images[i : i + 128]).backward()
            adam.step()

    return work


def encode():
    vae, images = Vae(), torch.rand(IMAGES, 784)

    def work():
        with torch.no_grad():
            vae.mean(vae.encoder(images))

    return work


def latent_gradient():
    vae, net, codes, labels = Vae(), lenet(), torch.randn(ANCHORS, 3), torch.arange(ANCHORS) % 10

    def work():
        p = codes.clone().requires_grad_()
        decoded = torch.sigmoid(vae.decoder(p)).view(-1, 1, 28, 28)
        functional.cross_entropy(net(decoded), labels, reduction="sum").backward(inputs=[p])

    return work


def nearest_1000():
    rng = np.random.default_rng(0)
    tree, queries = cKDTree(rng.normal(size=(POINTS, 3))), rng.normal(size=(1000, 3))
    return lambda: tree.query(queries, workers=torch.get_num_threads())


WORKS = {
    "lenet_step": lambda: classes(lenet(), (1, 28, 28)),
    "vgg_step": lambda: classes(vgg16(), (3, 32, 32)),
    "alpha_gan_step": alpha_gan_step,
    "stress_step": stress_step,
    "vae_epoch": vae_epoch,
    "encode": encode,
    "latent_gradient": latent_gradient,
    "nearest_1000": nearest_1000,
}


def main():
    name, threads, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    torch.set_default_device(sys.argv[4] if len(sys.argv) > 4 else "cpu")
    finish = torch.cuda.synchronize if torch.cuda.is_available() else lambda: None
    work = WORKS[name]()
    work()
    finish()
    begun, done = time.perf_counter(), 0
    while done < LEAST_REPETITIONS or time.perf_counter() - begun < seconds:
        start = time.perf_counter()
        work()
        finish()
        print((time.perf_counter() - start) * 1e3, flush=True)
        done += 1


if __name__ == "__main__":
    main()
