"""Builds and calls the hand-written C kernel: the limit that the engine is measured against."""

from __future__ import annotations

import ctypes
import platform
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import jax
import numpy as np

from bowlby.model import registry
from bowlby.model.life.event import EpisodeWords
from bowlby.model.life.state import NAMES
from bowlby.simulation.engine.program import TRAITS, LifeBlock, block_parameters
from bowlby.simulation.streams import EPISODE_STREAMS, stream_key

COMPILE = ("-O3", "-march=native", "-ffast-math", "-fopenmp", "-fPIC", "-std=gnu11", "-c")
WIDEST = ("-mprefer-vector-width=512",) if platform.machine() in {"x86_64", "AMD64"} else ()
"""As the engine does; without it gcc keeps to 256 bits and to three quarters of the speed."""

LINK = ("-shared", "-fopenmp", "-lmvec", "-lm")
"""Linked without -ffast-math, which would set flush-to-zero for the whole process that loads the library."""
SOURCE = Path(__file__).with_name("kernel.c")


def compiler() -> str | None:
    """Return the path of gcc, or None."""
    return shutil.which("gcc")


def header() -> str:
    """Return the C names of traits, constants, variables and words."""
    groups = {
        "T": [entry.name for entry in TRAITS],
        "C": [entry.name for entry in registry.CONSTANTS],
        "S": list(NAMES),
        "W": list(EpisodeWords._fields),
    }
    lines = [f"#define {prefix}_{name} {index}" for prefix, names in groups.items() for index, name in enumerate(names)]
    sizes = [
        f"#define {word} {len(groups[key])}" for word, key in (("TRAITS", "T"), ("VARIABLES", "S"), ("WORDS", "W"))
    ]
    return "\n".join([*lines, *sizes, ""])


@cache
def library(lanes: int = 32) -> ctypes.CDLL:
    """Compile the kernel and load it."""
    folder = Path(tempfile.mkdtemp(prefix="bowlby-kernel-"))
    (folder / "indices.h").write_text(header())
    target = folder / "kernel.so"
    gcc, compiled = str(compiler()), str(folder / "kernel.o")
    subprocess.run([gcc, *COMPILE, *WIDEST, f"-DLANES={lanes}", f"-I{folder}", str(SOURCE), "-o", compiled], check=True)
    subprocess.run([gcc, compiled, *LINK, "-o", str(target)], check=True)
    return ctypes.CDLL(str(target))


def traits_of(block: LifeBlock) -> np.ndarray:
    """Return the traits of a block's children on their own scale, as the block program draws them."""
    parameters = jax.jit(block_parameters)(block)
    return np.stack([np.asarray(row) for row in (*parameters.caregiver, *parameters.child)]).astype(np.float32)


def keys_of(block: LifeBlock) -> np.ndarray:
    """Return the stream keys of a block's children, uint32, shape (words, 2, n)."""
    pairs = [stream_key(block.seed, block.children, int(stream)) for stream in EPISODE_STREAMS]
    return np.stack([np.stack(pair) for pair in pairs])


def live(
    state: np.ndarray, people: tuple[np.ndarray, np.ndarray, np.ndarray], clock: tuple[int, int, int], lanes: int = 32
) -> np.ndarray:
    """Live n children, n a multiple of the lanes; people are traits, keys and constants."""
    state = np.ascontiguousarray(state, np.float32).copy()
    traits, keys, constants = (np.ascontiguousarray(value) for value in people)
    pointers = [array.ctypes.data_as(ctypes.c_void_p) for array in (state, traits, keys, constants)]
    first, count, bids = clock
    library(lanes).live(
        *pointers, ctypes.c_int(state.shape[1]), ctypes.c_uint32(first), ctypes.c_int(count), ctypes.c_int(bids)
    )
    return state
