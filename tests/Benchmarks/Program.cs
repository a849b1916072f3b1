using Pipeline.Benchmarks;

string Argument(string name, string otherwise) => Array.IndexOf(args, name) is var at && at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
if (args is not ["peer", ..])
{
    Console.Error.WriteLine("usage: peer --mode train|inference [--batch N] [--runs N] [--threads N]");
    return 2;
}

DetectorPeer.Run(Argument("--mode", "inference"), int.Parse(Argument("--batch", "1")), int.Parse(Argument("--runs", "3")), int.Parse(Argument("--threads", "2")));
return 0;
