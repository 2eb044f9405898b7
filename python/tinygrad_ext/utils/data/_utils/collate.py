"""From a list of samples to a batch."""

import sys
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence

from ...._C import Tensor, as_tensor, float64, stack, tensor

_UNKNOWN = "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {}"


def collate(batch, *, collate_fn_map=None):
    """Collates a batch as `default_collate` does, with functions of one's own for some types.

    Args:
        batch (list): the samples.
        collate_fn_map (dict): from types to functions ``f(batch, *, collate_fn_map)``; the sample's own type comes
            first, then the first type that it is an instance of.

    Raises:
        TypeError: there is no function for the samples' type.
        RuntimeError: the samples are sequences of different lengths.
    """
    elem = batch[0]
    elem_type = type(elem)
    if collate_fn_map is not None:
        if elem_type in collate_fn_map:
            return collate_fn_map[elem_type](batch, collate_fn_map=collate_fn_map)
        for known, function in collate_fn_map.items():
            if isinstance(elem, known):
                return function(batch, collate_fn_map=collate_fn_map)

    def columns(rows):
        return [collate(column, collate_fn_map=collate_fn_map) for column in rows]

    if isinstance(elem, Mapping):
        return _like_mapping(elem, zip(elem, columns([sample[key] for sample in batch] for key in elem)))
    if isinstance(elem, tuple) and hasattr(elem, "_fields"):
        return elem_type(*columns(zip(*batch)))
    if isinstance(elem, Sequence):
        if any(len(sample) != len(elem) for sample in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        collated = columns(zip(*batch))
        return collated if isinstance(elem, tuple) else _like_sequence(elem, collated)
    raise TypeError(_UNKNOWN.format(elem_type))


def default_collate(batch):
    """Makes a batch of a list of samples: tensors are stacked, numbers become tensors, collections are gone into.

    =============================  ==============================================================
    samples                        batch
    =============================  ==============================================================
    Tensor, numpy array            stacked along a new first dimension
    float; int, bool               Tensor of float64; of the inferred dtype
    str, bytes                     the list itself
    Mapping, Sequence, namedtuple  the same, of the collated values; of tuples a list
    =============================  ==============================================================

    Args:
        batch (list): the samples.

    Raises:
        TypeError: samples of this type cannot be collated.
        RuntimeError: tensors of different shapes, or sequences of different lengths.

    Example::

        >>> from tinygrad_ext.utils.data import default_collate
        >>> default_collate([("a", 1), ("b", 2)])
        [('a', 'b'), tensor([1, 2])]
    """
    _learn_numpy()
    return collate(batch, collate_fn_map=default_collate_fn_map)


def default_convert(data):
    """Makes tensors of all numpy arrays and scalars in a sample, and leaves the rest.

    Args:
        data: the sample.

    Example::

        >>> import numpy
        >>> from tinygrad_ext.utils.data import default_convert
        >>> default_convert({"x": numpy.zeros(2), "name": "a"})
        {'x': tensor([0., 0.], dtype=torch.float64), 'name': 'a'}
    """
    if isinstance(data, (Tensor, str, bytes)):
        return data
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(data, (numpy.ndarray, numpy.generic)):
        return data if data.dtype.kind in "SUO" else as_tensor(data)
    if isinstance(data, Mapping):
        return _like_mapping(data, [(key, default_convert(data[key])) for key in data])
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*map(default_convert, data))
    if isinstance(data, Sequence):
        converted = [default_convert(value) for value in data]
        return converted if isinstance(data, tuple) else _like_sequence(data, converted)
    return data


def collate_tensor_fn(batch, *, collate_fn_map=None):
    return stack(batch, 0)


def collate_numpy_array_fn(batch, *, collate_fn_map=None):
    if batch[0].dtype.kind in "SUO":
        raise TypeError(_UNKNOWN.format(batch[0].dtype))
    return collate([as_tensor(array) for array in batch], collate_fn_map=collate_fn_map)


def collate_numpy_scalar_fn(batch, *, collate_fn_map=None):
    return as_tensor(batch)


def collate_float_fn(batch, *, collate_fn_map=None):
    return tensor(batch, dtype=float64)


def collate_int_fn(batch, *, collate_fn_map=None):
    return tensor(batch)


def collate_str_fn(batch, *, collate_fn_map=None):
    return batch


default_collate_fn_map = {
    Tensor: collate_tensor_fn,
    float: collate_float_fn,
    int: collate_int_fn,
    str: collate_str_fn,
    bytes: collate_str_fn,
}


def _learn_numpy():
    """Enters numpy's types into the table once a script has loaded numpy; we do not load it for them."""
    numpy = sys.modules.get("numpy")
    if numpy is None or numpy.ndarray in default_collate_fn_map:
        return
    # Before float, which numpy.float64 is too.
    known = dict(default_collate_fn_map)
    default_collate_fn_map.clear()
    default_collate_fn_map[numpy.ndarray] = collate_numpy_array_fn
    default_collate_fn_map[(numpy.bool_, numpy.number, numpy.object_)] = collate_numpy_scalar_fn
    default_collate_fn_map.update(known)


def _like_mapping(template, items):
    """A mapping of the template's type with other values, or a dict if that type cannot be made."""
    items = dict(items)
    try:
        if isinstance(template, MutableMapping):
            # A copy keeps what else the type holds, such as the factory of a defaultdict.
            from copy import copy

            clone = copy(template)
            clone.update(items)
            return clone
        return type(template)(items)
    except TypeError:
        return items


def _like_sequence(template, values):
    """A sequence of the template's type with other values, or a list if that type cannot be made."""
    if type(template) is list:
        return values
    try:
        if isinstance(template, MutableSequence):
            from copy import copy

            clone = copy(template)
            for i, value in enumerate(values):
                clone[i] = value
            return clone
        return type(template)(values)
    except TypeError:
        return values
