"""Writes the files of this folder with NumPy, pyarrow and Pillow: what other tools write, and what they read of it.

    python3 test/codecs/golden/make_golden.py
"""
import datetime
import decimal
import io
import json
import pathlib

import numpy
import pyarrow
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet
from PIL import Image

here = pathlib.Path(__file__).parent
D = decimal.Decimal
UTC = datetime.timezone.utc


def table():
    a = pyarrow.array
    return pyarrow.table({
        "float32": a([1.5, None, float("nan")], pyarrow.float32()),
        "float64": a([0.1, 2.5, -0.0]),
        "float16": a(numpy.array([1.5, -2, 65504], "f2")),
        "int8": a([1, -128, 127], pyarrow.int8()),
        "uint8": a([0, 1, 255], pyarrow.uint8()),
        "uint16": a([0, 1, 65535], pyarrow.uint16()),
        "int32": a([1, -(2**31), None], pyarrow.int32()),
        "uint32": a([0, 1, 2**32 - 1], pyarrow.uint32()),
        "int64": a([1, -2, 2**53 - 1]),
        "wide": a([2**60 + 1, None, -1]),
        "uint64": a([0, 1, 2**64 - 1], pyarrow.uint64()),
        "bool": a([True, None, False]),
        "text": a(["a", "", "é漢"]),
        "large": a(["x", None, "y"], pyarrow.large_string()),
        "category": a(["red", None, "red"]).dictionary_encode(),
        "decimal": a([D("0.3"), D("-12.5"), None], pyarrow.decimal128(10, 1)),
        "long": a([D("12345678901234567890.25"), D("0.07"), D("1")], pyarrow.decimal128(38, 2)),
        "date": a([datetime.date(2020, 2, 29), None, datetime.date(1969, 12, 31)]),
        "milliseconds": a([1577840523004, None, -1], pyarrow.timestamp("ms")),
        "microseconds": a([1, 2, 1000], pyarrow.timestamp("us", "UTC")),
        "nanoseconds": a([1_600_000_000_000_000_000, 0, 1_000_000], pyarrow.timestamp("ns")),
        "time": a([3723500000, None, 0], pyarrow.time64("us")),
    })


def write_tables():
    t = table()
    for codec in ["snappy", "gzip", "brotli", "zstd", "lz4", "none"]:
        for version in ["1.0", "2.0"]:
            pyarrow.parquet.write_table(
                t, here / f"{codec}-{version}.parquet", compression=codec, data_page_version=version, store_schema=False)
    pyarrow.parquet.write_table(
        t, here / "groups.parquet", use_dictionary=False, row_group_size=2, store_schema=False,
        use_deprecated_int96_timestamps=True)
    n = range(300)
    long = pyarrow.table({
        "delta": [i * i for i in n], "bytes": [f"row {i}" for i in n], "lengths": [str(i * 7) for i in n],
        "split": [i / 8 for i in n], "small": pyarrow.array([i - 150 for i in n], pyarrow.int32()), "flag": [i % 3 == 0 for i in n]})
    pyarrow.parquet.write_table(
        long, here / "encodings.parquet", use_dictionary=False, data_page_size=500, store_schema=False,
        column_encoding={"delta": "DELTA_BINARY_PACKED", "bytes": "DELTA_BYTE_ARRAY", "lengths": "DELTA_LENGTH_BYTE_ARRAY",
                         "split": "BYTE_STREAM_SPLIT", "small": "DELTA_BINARY_PACKED"})
    nested = pyarrow.table({"list": [[1], [2, 3]], "x": [1, 2]})
    raw = pyarrow.table({"bytes": [b"\xff\xfe", b"a"], "x": [1, 2]})
    pyarrow.parquet.write_table(nested, here / "nested.parquet", store_schema=False)
    pyarrow.parquet.write_table(raw, here / "bytes.parquet", store_schema=False)
    more = t.append_column("null", pyarrow.nulls(3))
    more = more.append_column("duration", pyarrow.array([1, None, 2500], pyarrow.duration("ms")))
    more = more.append_column("view", pyarrow.array(["a long text, not inline", None, "b"], pyarrow.string_view()))
    for codec in ["lz4", "zstd", "uncompressed"]:
        pyarrow.feather.write_feather(more, here / f"{codec}.feather", compression=codec)
    with pyarrow.OSFile(str(here / "batches.arrows"), "wb") as file, pyarrow.ipc.new_stream(file, more.schema) as writer:
        for batch in more.to_batches(max_chunksize=2):
            writer.write_batch(batch)
    pyarrow.feather.write_feather(nested, here / "nested.feather")
    pyarrow.feather.write_feather(raw, here / "bytes.feather")


def picture(mode):
    y, x = numpy.mgrid[0:11, 0:13]
    channels = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}[mode]
    values = numpy.stack([(x * 19 + y * 7 * (c + 1) + c * 40) % 256 for c in range(channels)], axis=-1).astype("u1")
    return Image.fromarray(values[..., 0] if channels == 1 else values, mode)


def write_images():
    expected = {}

    def keep(name, as_mode=None, **options):
        image = Image.open(here / name)
        image = image.convert(as_mode) if as_mode else image
        expected[name] = dict(width=image.width, height=image.height, mode=image.mode, data=image.tobytes().hex())

    for mode in ["L", "LA", "RGB", "RGBA"]:
        picture(mode).save(here / f"{mode}.png")
        keep(f"{mode}.png")
    picture("L").convert("1").save(here / "bits.png")
    keep("bits.png", "L")
    for bits in [1, 2, 4, 8]:
        colours = picture("RGB").quantize(2**bits)
        colours.save(here / f"palette{bits}.png", bits=bits, transparency=0)
        keep(f"palette{bits}.png", "RGBA")
    wide = numpy.arange(143, dtype="u2").reshape(11, 13) * 458
    Image.fromarray(wide).save(here / "deep.png")
    expected["deep.png"] = dict(width=13, height=11, mode="I;16", data=wide.astype(">u2").tobytes().hex())

    smooth = picture("RGB").resize((40, 30), Image.Resampling.BICUBIC)
    for name, image, options in [
        ("colour.jpg", smooth, dict(quality=90, subsampling=0)),
        ("subsampled.jpg", smooth, dict(quality=85)),
        ("progressive.jpg", smooth, dict(quality=90, subsampling=0, progressive=True)),
        ("grey.jpg", smooth.convert("L"), dict(quality=90)),
        ("cmyk.jpg", smooth.convert("CMYK"), dict(quality=95)),
        ("rgb.jpg", smooth, dict(quality=90, keep_rgb=True)),
    ]:
        image.save(here / name, **options)
        keep(name, "L" if name == "grey.jpg" else "RGB")
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        file = io.BytesIO()
        smooth.save(file, "jpeg", quality=90, subsampling=0, exif=exif)
        (here / f"turned{orientation}.jpg").write_bytes(file.getvalue())
        from PIL import ImageOps
        image = ImageOps.exif_transpose(Image.open(here / f"turned{orientation}.jpg"))
        expected[f"turned{orientation}.jpg"] = dict(width=image.width, height=image.height, mode="RGB", data=image.tobytes().hex())
    grey = picture("RGB").convert("L")
    expected["RGB.png as L"] = dict(width=13, height=11, mode="L", data=grey.tobytes().hex())
    (here / "images.json").write_text(json.dumps(expected, indent=1) + "\n")


def write_npz():
    arrays = dict(
        X=numpy.arange(12, dtype="f4").reshape(4, 3), y=numpy.array([0, 1, 0, 1]),
        flags=numpy.array([True, False, True, True]), names=numpy.array(["a", "b", "c", "d"]),
        half=numpy.array([0.5, 1, 2, 4], "f2"), big=numpy.arange(4, dtype=">i4"))
    numpy.savez(here / "stored.npz", **arrays)
    numpy.savez_compressed(here / "deflated.npz", **arrays)


write_tables()
write_images()
write_npz()
