# SPDX-License-Identifier: MIT
"""What the tests in Python share: where things are, and which NumPy and zip layout run."""

import os
import sys

import numpy
import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
FIXTURES = os.environ.get("NYZ_FIXTURES", os.path.join(ROOT, "fixtures"))
sys.path.insert(0, HERE)


def pytest_report_header(config):
    del config
    return "NumPy %s; library %s" % (numpy.__version__,
                                     os.environ.get("NYZ_LIB", "build/libnyz.so"))


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def fixtures():
    return FIXTURES
