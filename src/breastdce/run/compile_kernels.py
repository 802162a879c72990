"""Compile every kernel of the package: `python -m breastdce.run.compile_kernels`.

The machine code is kept, so that who installs waits instead of who first runs an exam.
"""

from __future__ import annotations

import breastdce.kinetics.compile_kernels
import breastdce.prepare.compile_kernels
import breastdce.qc.compile_kernels
import breastdce.radiomics.compile_kernels
import breastdce.segment.compile_kernels


def main() -> None:
    """Call each kernel with the types that it is called with."""
    breastdce.radiomics.compile_kernels.main()
    breastdce.kinetics.compile_kernels.main()
    breastdce.prepare.compile_kernels.main()
    breastdce.qc.compile_kernels.main()
    breastdce.segment.compile_kernels.main()


if __name__ == "__main__":
    main()
