"""Calls SDKs for a test: `sdks.py SDK URL KEY` reads a call from each line of its input,

    {"call": "trigger", "with": {"summary": "Disk full", "source": "db-1"}}

and prints what the SDK returns, or what it raises, on one line.
"""

import http.client
import json
import sys
from datetime import datetime, timezone
from urllib.parse import urlsplit


def pagerduty(url, key):
    import pagerduty

    client = pagerduty.EventsApiV2Client(key, base_url=url)
    return lambda call, given: getattr(client, call)(**given)


def opsgenie(url, key):
    import opsgenie_sdk

    settings = opsgenie_sdk.Configuration()
    settings.host = url
    settings.api_key["Authorization"] = key
    settings.short_polling_max_retries = 0
    client = opsgenie_sdk.ApiClient(settings)
    alerts, heartbeats = opsgenie_sdk.AlertApi(client), opsgenie_sdk.HeartbeatApi(client)

    def payload(name, value):
        if not name.endswith("_payload"):
            return value
        kind = "".join(word.capitalize() for word in name.split("_"))
        return getattr(opsgenie_sdk, kind)(**value)

    def perform(call, given):
        owner = alerts if hasattr(alerts, call) else heartbeats
        given = {name: payload(name, value) for name, value in given.items()}
        answer = getattr(owner, call)(**given)
        shown = answer.to_dict()
        if owner is alerts and isinstance(answer, opsgenie_sdk.SuccessResponse):
            # The SDK's own way to ask what became of a request.
            shown["became"] = answer.retrieve_result().data.to_dict()
        return shown

    return perform


def cloudevents(url, key):
    from cloudevents.core.bindings.http import to_binary, to_structured
    from cloudevents.core.formats.json import JSONFormat
    from cloudevents.core.v1.event import CloudEvent

    modes = {"binary": to_binary, "structured": to_structured}

    def perform(call, given):
        event = CloudEvent(
            attributes={"time": datetime.now(timezone.utc), **given["attributes"]},
            data=given["data"],
        )
        message = modes[call](event, JSONFormat())
        headers = {**message.headers, "Authorization": f"Bearer {key}"}
        # Nothing is added to what the SDK says.
        connection = http.client.HTTPConnection(urlsplit(url).netloc)
        connection.request("POST", "/api/v1/events/cloudevents", message.body, headers)
        answer = connection.getresponse()
        return {"status": answer.status, **json.load(answer)}

    return perform


def main():
    perform = {"pagerduty": pagerduty, "opsgenie": opsgenie, "cloudevents": cloudevents}[
        sys.argv[1]
    ](*sys.argv[2:])
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            said = {"answer": perform(asked["call"], asked["with"])}
        except Exception as error:  # Whatever an SDK raises is for the test to judge.
            status = getattr(error, "status", None) or getattr(error, "code", None)
            said = {"raised": type(error).__name__, "status": status, "text": str(error)}
        print(json.dumps(said, default=str), flush=True)


main()
