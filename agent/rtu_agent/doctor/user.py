"""On whose behalf the doctor looks: what this user may do, the agent may do when it runs as the same one."""

import getpass
import os
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class User:
    """A user, and the groups that count for permissions."""

    name: str
    groups: frozenset[str] = frozenset()
    """Those of this process."""
    listed: frozenset[str] = frozenset()
    """Those that the user has from the next login on."""


if sys.platform == "win32":

    def current_user() -> User:
        """Return who runs this."""
        return User(getpass.getuser())

    def group_name(gid: int) -> str:
        """Return what a group is called."""
        return str(gid)

else:
    import grp
    import pwd

    def current_user() -> User:
        """Return who runs this."""
        uid = os.geteuid()
        try:
            name = pwd.getpwuid(uid).pw_name
        except KeyError:  # a container that runs as a number
            name = str(uid)
        groups = frozenset(map(group_name, {os.getegid(), *os.getgroups()}))
        listed = frozenset(group.gr_name for group in grp.getgrall() if name in group.gr_mem)
        return User(name, groups, listed)

    def group_name(gid: int) -> str:
        """Return what a group is called; its number where it has no name here."""
        try:
            return grp.getgrgid(gid).gr_name
        except KeyError:
            return str(gid)
