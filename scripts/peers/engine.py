"""The work of benches/engine.rs in PyTorch and SciPy, on one thread: seconds for each piece as JSON.

Needs: pip install torch scipy numpy
"""

import json
import time

import numpy as np
import torch
from scipy.spatial import cKDTree
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(0)


def median_seconds(work, repeats=10):
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2]


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10),
        )

    def forward(self, x):
        return self.body(x)


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
        bce = nn.functional.binary_cross_entropy_with_logits(self.decoder(z), x, reduction="sum")
        kl = 0.5 * (log_variance.exp() + mean**2 - log_variance - 1).sum()
        return (bce + kl) / len(x)


def main():
    found = {}
    lenet, vae = LeNet(), Vae()
    images = torch.rand(4096, 784)
    batch, labels = images[:64].view(-1, 1, 28, 28), torch.arange(64) % 10
    adam = torch.optim.Adam(lenet.parameters(), 1e-3)

    def lenet_step():
        adam.zero_grad()
        nn.functional.cross_entropy(lenet(batch), labels).backward()
        adam.step()

    found["target/lenet_step_64"] = median_seconds(lenet_step, 30)
    thousand = images[:1000].view(-1, 1, 28, 28)
    with torch.no_grad():
        found["target/lenet_evaluate_1000"] = median_seconds(lambda: lenet(thousand))
    vae_adam = torch.optim.Adam(vae.parameters(), 1e-3)

    def vae_epoch():
        for i in range(0, 4096, 128):
            vae_adam.zero_grad()
            vae.loss(images[i : i + 128]).backward()
            vae_adam.step()

    found["generator/vae_epoch_4096"] = median_seconds(vae_epoch, 5)
    with torch.no_grad():
        found["generator/encode_4096"] = median_seconds(lambda: vae.mean(vae.encoder(images)))
    codes, code_labels = torch.randn(500, 3), torch.arange(500) % 10

    def latent_gradient():
        p = codes.clone().requires_grad_()
        decoded = torch.sigmoid(vae.decoder(p)).view(-1, 1, 28, 28)
        nn.functional.cross_entropy(lenet(decoded), code_labels, reduction="sum").backward(inputs=[p])

    found["generator/latent_gradient_500"] = median_seconds(latent_gradient)
    points, queries = np.random.default_rng(0).normal(size=(60000, 3)), np.random.default_rng(1).normal(size=(1000, 3))
    found["neighbours/build_60000"] = median_seconds(lambda: cKDTree(points))
    tree = cKDTree(points)
    found["neighbours/nearest_1000"] = median_seconds(lambda: [tree.query(q) for q in queries])
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
