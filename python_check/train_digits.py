#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The network of ./demo: where its data, its parameters and its logits come from.

    train_digits.py              checks the files in fixtures/ (needs NumPy only)
    train_digits.py --train      trains the network again and writes parameters and logits
    train_digits.py --data       writes fixtures/digits.npz from scikit-learn's copy of the data

A network of two layers (64 - 256 - 10) learns the handwritten digits, in plain NumPy.
Training has no chance in it: the generator is seeded, and of a kind whose numbers NumPy
promises never to change.  Only the order in which a BLAS adds can differ from machine to
machine, and with it the last bits of the parameters.

Run --train and --data with Python 3.11.4 or later: only then does NumPy write the layout of
archives that the C library writes too, and ./demo compares the two byte for byte.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
DATA = FIXTURES / "digits.npz"
PARAMETERS = FIXTURES / "digits_mlp.npz"
LOGITS = FIXTURES / "digits_logits.npy"

TEST_IMAGES = 360
HIDDEN = 256
EPOCHS = 60
BATCH = 32
RATE = 0.1
MOMENTUM = 0.9
DECAY = 1e-4
LEAST_ACCURACY = 0.97


def features(images):
    """The network's input: brightness 0 ... 16 as 0 ... 1, which float32 holds exactly."""
    return images.astype(np.float32) / np.float32(16)


def forward(parameters, x):
    """The logits: one row of ten for each row of x."""
    hidden = x @ parameters["layer1.weight"].T + parameters["layer1.bias"]
    hidden = np.maximum(hidden, 0)
    return hidden @ parameters["layer2.weight"].T + parameters["layer2.bias"]


def first_parameters(random, dtype):
    """Small weights for a start (He), biases of zero; (outputs, inputs) as PyTorch has them."""
    def layer(outputs, inputs):
        return (random.randn(outputs, inputs) * np.sqrt(2 / inputs)).astype(dtype)

    return {
        "layer1.weight": layer(HIDDEN, 64),
        "layer1.bias": np.zeros(HIDDEN, dtype),
        "layer2.weight": layer(10, HIDDEN),
        "layer2.bias": np.zeros(10, dtype),
    }


def gradients(parameters, x, labels):
    """Of the mean cross-entropy of one batch."""
    hidden = np.maximum(x @ parameters["layer1.weight"].T + parameters["layer1.bias"], 0)
    logits = hidden @ parameters["layer2.weight"].T + parameters["layer2.bias"]
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    error = odds / odds.sum(axis=1, keepdims=True)
    error[np.arange(len(labels)), labels] -= 1
    error /= len(labels)
    behind = (error @ parameters["layer2.weight"]) * (hidden > 0)
    return {
        "layer1.weight": behind.T @ x,
        "layer1.bias": behind.sum(axis=0),
        "layer2.weight": error.T @ hidden,
        "layer2.bias": error.sum(axis=0),
    }


def train(images, labels):
    """Gradient descent with momentum in float64; the result is rounded to float32."""
    random = np.random.RandomState(0)
    parameters = first_parameters(random, np.float64)
    speed = {name: np.zeros_like(value) for name, value in parameters.items()}
    x = features(images).astype(np.float64)
    for epoch in range(EPOCHS):
        rate = RATE * (1 - epoch / EPOCHS)
        order = random.permutation(len(x))
        for start in range(0, len(x), BATCH):
            batch = order[start:start + BATCH]
            step = gradients(parameters, x[batch], labels[batch])
            for name, value in parameters.items():
                speed[name] = MOMENTUM * speed[name] - rate * (step[name] + DECAY * value)
                value += speed[name]
    return {name: value.astype(np.float32) for name, value in parameters.items()}


def write_data():
    """Shuffled; the first 360 images are for the test, the other 1,437 for training."""
    from sklearn.datasets import load_digits  # only here: nothing else needs it

    digits = load_digits()
    images, labels = digits.data.astype(np.uint8), digits.target.astype(np.int64)
    assert images.shape == (1797, 64) and (images == digits.data).all()
    order = np.random.RandomState(0).permutation(len(images))
    test, rest = order[:TEST_IMAGES], order[TEST_IMAGES:]
    np.savez_compressed(DATA, train_images=images[rest], train_labels=labels[rest],
                        test_images=images[test], test_labels=labels[test])


def check():
    """Returns 0 if parameters and logits belong together and the network is good."""
    with np.load(DATA) as data, np.load(PARAMETERS) as archive:
        images, labels = data["test_images"], data["test_labels"]
        parameters = {name: archive[name] for name in archive.files}
    ours, saved = forward(parameters, features(images)), np.load(LOGITS)
    largest = np.abs(saved).max()
    difference = np.abs(ours - saved).max()
    accuracy = np.mean(saved.argmax(axis=1) == labels)
    print(f"NumPy {np.__version__}: accuracy {accuracy:.2%} on {len(labels)} test images; "
          f"largest logit {largest:.3f}, largest difference from the saved logits "
          f"{difference:.1e}")
    return 0 if accuracy >= LEAST_ACCURACY and difference <= 1e-5 * largest else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--train", action="store_true", help="train again, write the results")
    parser.add_argument("--data", action="store_true", help="write digits.npz again")
    options = parser.parse_args()
    if (options.train or options.data) and sys.version_info < (3, 11, 4):
        parser.error("writing the fixtures needs Python 3.11.4 or later")
    if options.data:
        write_data()
    if options.train:
        with np.load(DATA) as data:
            parameters = train(data["train_images"], data["train_labels"])
            np.savez(PARAMETERS, **parameters)
            np.save(LOGITS, forward(parameters, features(data["test_images"])))
    return check()


if __name__ == "__main__":
    sys.exit(main())
