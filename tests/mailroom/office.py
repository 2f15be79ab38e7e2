"""Workers in processes of their own, which come, are killed and go."""

import multiprocessing
import os
from datetime import datetime
from multiprocessing.process import BaseProcess

from bourse.app import cli
from bourse.settings import Settings

# A server that has imported the house forks them: each begins in a fraction of the time.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])
LAST_SECONDS = 30


class Office:
    """Runs `bourse worker` as often as it is told to."""

    def __init__(self, settings: Settings):
        self.workers: list[BaseProcess] = []
        self.surroundings = {
            "BOURSE_DATABASE_URL": settings.database_url,
            "BOURSE_DATA_DIR": str(settings.data_dir),
            "BOURSE_SECRET_KEY": settings.secret_key,
            "BOURSE_SMTP_URL": settings.smtp_url,
        }

    def hire(self, *options: str, **surroundings: str) -> BaseProcess:
        worker = PROCESSES.Process(target=work, args=(options, self.surroundings | surroundings))
        worker.start()
        self.workers.append(worker)
        return worker

    def lose(self, worker: BaseProcess) -> None:
        """Without a warning: kill -9."""
        worker.kill()
        worker.join()
        self.workers.remove(worker)

    def close(self) -> None:
        """Everybody is told to stop, and does."""
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            worker.join(LAST_SECONDS)
        assert [worker.exitcode for worker in self.workers] == [0] * len(self.workers)
        self.workers.clear()

    def finish(self, at: datetime) -> None:
        """Later, when no lease of the dead lasts, somebody carries what they left."""
        last = self.hire("--once", BOURSE_CLOCK=at.isoformat())
        last.join(LAST_SECONDS)
        assert last.exitcode == 0
        self.workers.remove(last)


def work(options: tuple[str, ...], surroundings: dict[str, str]) -> None:
    os.environ.update(surroundings)
    cli.main(["worker", *options])
