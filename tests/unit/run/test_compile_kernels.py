"""One command leaves nothing to compile for who runs an exam."""

from __future__ import annotations

import subprocess
import sys

# A kernel that another one calls is compiled with it, or loaded as a part of it.
LEFT = """
import importlib, pkgutil
from numba.core.dispatcher import Dispatcher
import breastdce
from breastdce.run import compile_kernels

names = [module.name for module in pkgutil.walk_packages(breastdce.__path__, "breastdce.")]
modules = [importlib.import_module(name) for name in names if not name.endswith("__main__")]
kernels = {id(one): one for module in modules for one in vars(module).values()
           if isinstance(one, Dispatcher)}
called = {id(one.py_func.__globals__.get(name))
          for one in kernels.values() for name in one.py_func.__code__.co_names}
compile_kernels.main()
print(len(kernels) > 100)
for number, one in kernels.items():
    if number not in called and not one.signatures:
        print(one.py_func.__module__, one.py_func.__name__)
"""


def test_every_kernel_of_the_package_is_compiled():
    command = [sys.executable, "-c", LEFT]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")


def test_it_is_a_command():
    command = [sys.executable, "-m", "breastdce.run.compile_kernels"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
