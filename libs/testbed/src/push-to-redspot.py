"""Orthanc's part: pushes each study that has stopped growing to Redspot by STOW-RS, until Redspot has taken it.

Loaded by Orthanc's Python plugin. Orthanc's own Lua has no timer before 1.11, so a failed push could only be repeated
at once and for ever; here it waits longer each time. The section "Redspot" of Orthanc's configuration sets it up.
"""

import hashlib
import json
import threading

import orthanc

SETTINGS = json.loads(orthanc.GetConfiguration()).get("Redspot", {})
SERVER = SETTINGS.get("Server", "redspot")
LONGEST_PAUSE_S = SETTINGS.get("LongestPauseSeconds", 60)
MOST_TRIES = SETTINGS.get("MostTries", 500)

# Reports come from Redspot, and go back to nobody: only what can be read as a radiograph leaves.
NOT_IMAGES = {"SR", "PR", "KO", "DOC", "AU", "ECG", "PLAN", "REG"}

# Number of the user metadata that remembers, across restarts, which instances of a study Redspot has taken.
TAKEN = "4242"

lock = threading.Lock()
jobs = {}
tries = {}
stopping = threading.Event()


def get(uri):
    return json.loads(orthanc.RestApiGet(uri))


def what_was_taken(study):
    try:
        return orthanc.RestApiGet("/studies/%s/metadata/%s" % (study, TAKEN)).decode("ascii")
    except orthanc.OrthancException:
        return None


def push(study):
    """Queues the push of a study's images, unless Redspot has taken exactly these."""
    with lock:
        try:
            series = [s for s in get("/studies/%s/series" % study)
                      if s["MainDicomTags"].get("Modality") not in NOT_IMAGES]
            instances = sorted(i for s in series for i in s["Instances"])
            digest = hashlib.sha256(",".join(instances).encode("ascii")).hexdigest()
            if not instances or digest == what_was_taken(study):
                return
            job = json.loads(orthanc.RestApiPostAfterPlugins(
                "/dicom-web/servers/%s/stow" % SERVER,
                json.dumps({"Resources": [s["ID"] for s in series], "Synchronous": False})))
            jobs[job["ID"]] = (study, digest)
        except orthanc.OrthancException as error:
            # Deleted in the meantime, or the server is not configured.
            orthanc.LogError("Redspot: study %s cannot be pushed: %s" % (study, error))


def settle(job, success):
    with lock:
        study, digest = jobs.pop(job, (None, None))
        if study is None:
            return
        if success:
            tries.pop(study, None)
            orthanc.RestApiPut("/studies/%s/metadata/%s" % (study, TAKEN), digest)
            return
        tries[study] = tries.get(study, 0) + 1
        if tries[study] >= MOST_TRIES:
            orthanc.LogError("Redspot: study %s given up after %d tries" % (study, tries.pop(study)))
            return
        pause = min(LONGEST_PAUSE_S, 2 ** min(tries[study] - 1, 10))
    orthanc.LogWarning("Redspot has not taken study %s: again in %d s" % (study, pause))
    timer = threading.Timer(pause, lambda: stopping.is_set() or push(study))
    timer.daemon = True
    timer.start()


def on_change(change, _level, resource):
    if change == orthanc.ChangeType.STABLE_STUDY:
        push(resource)
    elif change == orthanc.ChangeType.JOB_SUCCESS:
        settle(resource, True)
    elif change == orthanc.ChangeType.JOB_FAILURE:
        settle(resource, False)
    elif change == orthanc.ChangeType.ORTHANC_STARTED:
        # What was stable, and not taken yet, when Orthanc last stopped.
        for study in get("/studies"):
            push(study)
    elif change == orthanc.ChangeType.ORTHANC_STOPPED:
        stopping.set()


orthanc.RegisterOnChangeCallback(on_change)
