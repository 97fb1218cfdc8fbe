using System.CommandLine;
using Dyad.Algorithms;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Export;
using Dyad.Studies.Results;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad export</c>: numbers, figures and supplements in the formats of other tools.</summary>
internal static class ExportCommand
{
    private const double PixelsPerMillimetre = 96 / 25.4;

    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "A study's folder, a folder of runs, the folder of one run, or a summary.json under any name." };
        Option<string?> csv = Target("--csv", "FOLDER", "Tables rows.csv and final.csv: study, label, method, environment, seed, step, metric, value.");
        Option<string?> parquet = Target("--parquet", "FOLDER", "The same tables as Parquet files.");
        Option<string?> tensorboard = Target("--tensorboard", "FOLDER", "Event files for TensorBoard, one folder a run.");
        Option<string?> svg = Target("--svg", "FOLDER", "The figures as SVG, drawn by a Chromium on the PATH.");
        Option<string?> pdf = Target("--pdf", "FOLDER", "The figures as PDF with embedded fonts, drawn likewise.");
        var chart = new Option<string[]>("--chart") { Description = "Only the figure of this name; may be given again.", HelpName = "ID" };
        var width = new Option<double>("--width") { Description = "Width of a figure in millimetres: one column of a paper.", DefaultValueFactory = _ => 120, HelpName = "MM" };
        Option<string?> bundle = Target("--bundle", "FILE", "A zip with summaries, configurations, rows and builds; 'dyad report FILE' draws its page.");
        Option<string?> onnx = Target("--onnx", "FILE", "The policy of one run as an ONNX model; DIR may be a policy.safetensors.");
        Option<string?> safetensors = Target("--safetensors", "FILE", "All networks of one run, targets too, in PyTorch's layout.");
        var last = new Option<bool>("--last") { Description = "The last policy instead of the best one, for --onnx." };
        var force = new Option<bool>("--force") { Description = "Replace files that are there." };
        var command = new Command("export", "Write runs and figures in the formats of other tools.")
        {
            folder, csv, parquet, tensorboard, svg, pdf, chart, width, bundle, onnx, safetensors, last, force,
        };
        var trust = new TrustOptions(command);
        Help.AddExamples(command, "dyad export runs/quick/wen2021/fig1 --csv tables --svg figures", "dyad export runs/train --tensorboard events",
            "dyad export runs/train/sac/Pendulum-v1/seed-0 --onnx policy.onnx");
        command.SetAction(parsed =>
        {
            string? model = parsed.GetValue(onnx), networks = parsed.GetValue(safetensors);
            if (model is not null)
            {
                StandardOutput.Line(Onnx(parsed.GetValue(folder)!, model, parsed.GetValue(last), parsed.GetValue(force)));
            }

            if (networks is not null)
            {
                StandardOutput.Line(NetworkExport.Write(parsed.GetValue(folder)!, networks, parsed.GetValue(force), trust.Of(parsed)));
            }

            return Run(
                parsed.GetValue(folder)!, parsed.GetValue(csv), parsed.GetValue(parquet), parsed.GetValue(tensorboard), parsed.GetValue(svg), parsed.GetValue(pdf),
                parsed.GetValue(chart) ?? [], parsed.GetValue(width), parsed.GetValue(bundle), parsed.GetValue(force), wroteNetworks: model is not null || networks is not null);
        });
        return command;
    }

    private static int Run(
        string folder, string? csv, string? parquet, string? tensorboard, string? svg, string? pdf, string[] chosen, double width, string? bundle, bool force, bool wroteNetworks)
    {
        if (csv is null && parquet is null && tensorboard is null && svg is null && pdf is null && bundle is null)
        {
            return wroteNetworks
                ? ExitCode.Success
                : throw new UserError("nothing is asked for: give one of --csv, --parquet, --tensorboard, --svg, --pdf, --bundle, --onnx and --safetensors");
        }

        if (!(width >= 40 && width <= 500))
        {
            throw new UserError($"--width is {width}; it must be between 40 and 500 millimetres");
        }

        using var stopping = new Stopping();
        bool figures = svg is not null || pdf is not null;
        IReadOnlyList<StoredStudy> studies = figures || bundle is not null ? ExportSource.Studies(folder) : [];
        if (bundle is not null && studies.Count == 0)
        {
            throw new UserError($"'{folder}' holds no finished study (no summary.json), which a bundle is made of");
        }

        // The figures of a summary need no runs, and neither does a bundle.
        bool needsRuns = csv is not null || parquet is not null || tensorboard is not null || (figures && studies.Count == 0);
        IReadOnlyList<ExportedRun> runs = needsRuns || (bundle is not null && HasRuns(folder)) ? ExportSource.Runs(folder, StandardError.Tell) : [];
        var written = new List<string>();
        if (csv is not null)
        {
            written.AddRange(TidyTable.WriteCsv(new TargetFolder(csv, force), runs));
        }

        if (parquet is not null)
        {
            written.AddRange(TidyTable.WriteParquet(new TargetFolder(parquet, force), runs));
        }

        if (tensorboard is not null)
        {
            written.AddRange(EventFile.WriteRuns(new TargetFolder(tensorboard, force), runs));
        }

        if (bundle is not null)
        {
            (TargetFolder target, string name) = TargetFolder.OfFile(bundle, force);
            written.Add(Bundle.Write(target, name, studies, runs));
        }

        if (figures)
        {
            IReadOnlyList<(string, Chart)> charts = studies.Count > 0 ? Named(studies) : RunCharts.Of(runs);
            if (charts.Count == 0)
            {
                throw new UserError($"'{folder}' has no figures");
            }

            if (chosen.FirstOrDefault(id => !charts.Any(chart => chart.Item2.Id == id)) is string unknown)
            {
                throw new UserError($"there is no figure '{unknown}'; there are {string.Join(", ", charts.Select(chart => chart.Item2.Id).Distinct())}");
            }

            charts = chosen.Length == 0 ? charts : [.. charts.Where(chart => chosen.Contains(chart.Item2.Id))];

            written.AddRange(Figures.Write(
                charts, (int)Math.Round(width * PixelsPerMillimetre), svg is null ? null : new TargetFolder(svg, force), pdf is null ? null : new TargetFolder(pdf, force),
                stopping.Token));
        }

        foreach (string file in written)
        {
            StandardOutput.Line(file);
        }

        return ExitCode.Success;
    }

    private static string Onnx(string run, string file, bool last, bool force)
    {
        string path = File.Exists(run) ? run : Path.Combine(run, last ? "policy.safetensors" : "policy-best.safetensors");
        if (!File.Exists(path))
        {
            throw new UserError($"'{run}' has no {Path.GetFileName(path)}: --onnx takes the folder of one run of a neural method that came to a checkpoint");
        }

        (TargetFolder target, string name) = TargetFolder.OfFile(file, force);
        return OnnxPolicy.Write(target, name, Policy.Load(path));
    }

    private static Option<string?> Target(string name, string value, string description) => new(name) { Description = description, HelpName = value };

    private static bool HasRuns(string folder) => Directory.Exists(folder) && FileSearch.Find(folder, "config.json").Length > 0;

    // Of one study the charts' names; of several in folders by study, as under the folder that was named.
    private static IReadOnlyList<(string Name, Chart Chart)> Named(IReadOnlyList<StoredStudy> studies)
    {
        string root = Common([.. studies.Select(study => study.Folder)]);
        return [.. studies.SelectMany(study => study.Result.Charts.Where(chart => chart is not GridChart).Select(chart => (Path.Combine(Path.GetRelativePath(root, study.Folder), study.NameOf(chart)), chart)))];
    }

    private static string Common(string[] folders) => folders.Length == 1 ? folders[0] : folders.Aggregate((a, b) =>
    {
        while (!(b + Path.DirectorySeparatorChar).StartsWith(a + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            a = Path.GetDirectoryName(a) ?? "";
        }

        return a;
    });
}
