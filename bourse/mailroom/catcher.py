"""The development mail server: it takes every letter, delivers none and keeps each as a file to read."""

import asyncio
import itertools
import os
import signal
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Catcher:
    """Keeps each letter as `folder`/<time it came>.eml."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.numbers = itertools.count()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        name = f"{time.time_ns()}-{next(self.numbers):04}.eml"
        write_whole(self.folder / name, envelope.original_content or b"")
        return "250 2.0.0 Kept, not delivered"


def write_whole(file: Path, content: bytes) -> None:
    """Writes a file so that a reader finds all of it or none."""
    part = file.with_suffix(".part")
    part.write_bytes(content)
    os.replace(part, file)


async def catch(data_dir: Path) -> None:
    """Catches until SIGTERM or SIGINT; meanwhile `data_dir`/catcher.port holds the port."""
    folder, port_file = data_dir / "caught", data_dir / "catcher.port"
    folder.mkdir(parents=True, exist_ok=True)
    loop, told_to_stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_stop.set)
    catcher = Catcher(folder)
    server = await loop.create_server(
        lambda: SMTP(catcher, hostname="localhost", enable_SMTPUTF8=True), host="127.0.0.1", port=0
    )
    async with server:
        write_whole(port_file, str(server.sockets[0].getsockname()[1]).encode())
        await told_to_stop.wait()
        port_file.unlink(missing_ok=True)


if __name__ == "__main__":
    asyncio.run(catch(Path(sys.argv[1])))
