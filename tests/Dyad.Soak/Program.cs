using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dyad.Soak;

// Dyad.Soak MINUTES [FILE]: works for so long, looks at memory and handles thirty times, and ends with 1 where they grow.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args.Length == 0 || !double.TryParse(args[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double minutes) || !(minutes is > 0 and < 10_000))
{
    Console.Error.WriteLine("soak: the first argument is how many minutes to work, as 60 or 0.5");
    return 2;
}

const int Looks = 30;
string folder = Directory.CreateTempSubdirectory("dyad-soak-").FullName;
var work = new Work(folder);
using var stop = new CancellationTokenSource();
Exception? failed = null;
Thread[] threads = [.. work.Loops.Select(loop => new Thread(() =>
{
    try
    {
        loop(stop.Token);
    }
    catch (Exception e)
    {
        failed ??= e;
        stop.Cancel();
    }
}))];
var watch = Stopwatch.StartNew();
foreach (Thread thread in threads)
{
    thread.Start();
}

var looks = new List<Look>();
while (looks.Count < Looks && !stop.IsCancellationRequested)
{
    stop.Token.WaitHandle.WaitOne(TimeSpan.FromMinutes(minutes * (looks.Count + 1) / Looks) - watch.Elapsed is { Ticks: > 0 } left ? left : TimeSpan.Zero);
    looks.Add(Look.Now(watch.Elapsed.TotalSeconds));
}

stop.Cancel();
foreach (Thread thread in threads)
{
    thread.Join();
}

Directory.Delete(folder, recursive: true);
if (failed is not null)
{
    Console.Error.WriteLine($"soak: {failed}");
    return 1;
}

// The first third warms up: code is compiled, pools fill. Of the other two the means are compared.
Look[] middle = [.. looks.Skip(Looks / 3).Take(Looks / 3)], end = [.. looks.Skip(2 * Looks / 3)];
double heap = Growth(look => look.HeapMiB), set = Growth(look => look.WorkingSetMiB), handles = Growth(look => look.Handles), count = Growth(look => look.Threads);
bool flat = heap < Math.Max(1, 0.05 * middle.Average(look => look.HeapMiB)) && handles < 4 && count < 4 && set < Math.Max(20, 0.1 * middle.Average(look => look.WorkingSetMiB));
var result = new JsonObject
{
    ["command"] = $"scripts/soak.sh {args[0]}",
    ["minutes"] = Math.Round(watch.Elapsed.TotalMinutes, 2),
    ["done"] = new JsonObject(work.Counts.Select(entry => KeyValuePair.Create(entry.Name, (JsonNode?)entry.Count))),
    ["growth"] = new JsonObject { ["heap_mib"] = Math.Round(heap, 2), ["working_set_mib"] = Math.Round(set, 1), ["handles"] = Math.Round(handles, 1), ["threads"] = Math.Round(count, 1) },
    ["flat"] = flat,
    ["looks"] = new JsonArray([.. looks.Select(look => look.ToJson())]),
};
string text = result.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
Console.WriteLine(text);
if (args.Length > 1)
{
    File.WriteAllText(args[1], text + "\n");
}

return flat ? 0 : 1;

double Growth(Func<Look, double> of) => end.Average(of) - middle.Average(of);
