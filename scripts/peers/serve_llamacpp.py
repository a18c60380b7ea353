"""llama.cpp's own server over a GGUF file, as a candidate of an evaluation (xllamacpp).

    python serve_llamacpp.py MODEL.gguf --port 8080 [--threads 2] [--parallel 1] [--context 2048] [--alias NAME]

Serves OpenAI's interface on the loopback address until it is told to end.
"""

import argparse
import signal
import sys

import xllamacpp


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--parallel", type=int, default=1, help="requests side by side")
    parser.add_argument("--alias", default=None, help="what answers call the model; the file's path if left out")
    parser.add_argument("--context", type=int, default=2048, help="tokens of each request")
    options = parser.parse_args()

    parameters = xllamacpp.CommonParams()
    parameters.model.path = options.model
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = options.port
    parameters.cpuparams.n_threads = options.threads
    parameters.cpuparams_batch.n_threads = options.threads
    parameters.n_parallel = options.parallel
    parameters.n_ctx = options.context * options.parallel
    parameters.n_gpu_layers = 0
    parameters.fit_params = False
    parameters.verbosity = -1
    if options.alias:
        parameters.model_alias = {options.alias}
    ended = []
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda number, frame: ended.append(number))
    server = xllamacpp.Server(parameters)
    print(f"Listening at {server.listening_address}/v1", flush=True)
    while not ended:
        signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main())
