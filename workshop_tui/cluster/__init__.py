"""The shared engine's worker on many GPUs: engines in Ray actors; the only room that knows Ray (extra `cluster`).

__main__.py   the process: a worker's server whose makers are replicas
ray_cluster.py   connects to a cluster or starts one, and has actors made there
replica.py    one actor, as the server sees it
actor.py      the same, from inside
"""
