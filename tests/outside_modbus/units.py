"""Units of three makers on a pymodbus server, with registers written by hand from the makers' documents.

    units.py tcp PORT       Modbus TCP on loopback
    units.py serial PATH    RTU on a serial port, 9600 8N1

Unit 1 is an Eastron SDM120, unit 2 a Hiking DDS238-2 ZN/SR, unit 3 a Waveshare relay board of eight, unit 4
a CHINT DDSU666.
"""

import asyncio
import struct
import sys

from pymodbus import FramerType
from pymodbus.server import StartAsyncSerialServer, StartAsyncTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice


def f32(number):
    """Two registers, high word first."""
    return list(struct.unpack(">HH", struct.pack(">f", number)))


def registers(start, count, values):
    """A block of registers that are 0 where nothing is said."""
    block = [0] * count
    for address, words in values.items():
        block[address - start : address - start + len(words)] = words
    return SimData(start, values=block, datatype=DataType.REGISTERS)


SPARE = SimData(0, values=[0], datatype=DataType.REGISTERS)
SPARE_BITS = SimData(0, values=[False] * 16, datatype=DataType.BITS)

SDM120 = registers(
    0,
    0x60,
    {
        0x00: f32(231.5),
        0x06: f32(4.25),
        0x0C: f32(950.5),
        0x12: f32(983.875),
        0x18: f32(-120.25),
        0x1E: f32(0.966),
        0x46: f32(49.98),
        0x48: f32(1234.5),
    },
)
DDS238 = registers(
    0,
    0x20,
    {
        0x0A: [0x0001, 0xE240],  # 123456 of 0.01 kWh
        0x0C: [2315, 425, 950, 0xFF88, 966, 4998],  # reactive: -120 var
        0x1A: [1],
    },
)
DDSU666 = registers(
    0x2000,
    0x10,
    {0x2000: f32(231.5), 0x2002: f32(4.25), 0x2004: f32(0.9505), 0x2006: f32(-0.12025)},
)


def blocks(holding, inputs, coils=SPARE_BITS):
    return ([coils], [SPARE_BITS], [holding], [inputs])


DEVICES = [
    SimDevice(1, simdata=blocks(SPARE, SDM120)),
    SimDevice(2, simdata=blocks(DDS238, SPARE)),
    SimDevice(3, simdata=blocks(SPARE, SPARE)),
    SimDevice(4, simdata=blocks(DDSU666, SPARE)),
]


async def main():
    kind, where = sys.argv[1:]
    if kind == "tcp":
        await StartAsyncTcpServer(DEVICES, address=("127.0.0.1", int(where)))
    else:
        await StartAsyncSerialServer(
            DEVICES, framer=FramerType.RTU, port=where, baudrate=9600, parity="N", stopbits=1
        )


asyncio.run(main())
