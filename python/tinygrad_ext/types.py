"""Names for annotations, as in torch.types."""

from typing import Optional, Sequence, Union

from ._C import Size, Tensor, device, dtype

__all__ = ["Device", "Number"]

Number = Union[int, float, bool]
Device = Optional[Union[device, str, int]]

_bool = bool
_device = device
_dtype = dtype
_float = float
_int = int
_size = Union[Size, list[int], tuple[int, ...]]
_TensorOrTensors = Union[Tensor, Sequence[Tensor]]
