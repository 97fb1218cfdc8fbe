using System.Globalization;
using Dyad.Core;
using Dyad.GpuCheck;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    return args is [string command, .. string[] rest] ? command switch
    {
        "report" when rest.Length > 0 => Report.Write(rest),
        "measure" => Measuring.Run(rest),
        "check" => Checking.Run(rest),
        "list" when rest.Length > 0 => Listing.Run(rest),
        "ptx" when rest.Length > 0 => Assembly.Write(rest),
        _ => Usage(),
    } : Usage();
}
catch (UserError e)
{
    Console.Error.WriteLine($"gpucheck: {e.Message}.");
    return 2;
}

static int Usage()
{
    Console.Error.WriteLine("gpucheck: one of report FOLDER, measure, check, list METHOD and ptx FOLDER; then gpu or processor, and key=value.");
    return 2;
}
