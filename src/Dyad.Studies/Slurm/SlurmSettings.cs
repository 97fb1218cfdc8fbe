using System.Globalization;
using Dyad.Core;

namespace Dyad.Studies.Slurm;

/// <summary>What a user asks of Slurm for the jobs of a study; what is null is Slurm's own choice.</summary>
public sealed record SlurmSettings
{
    /// <summary>Partition, <c>--partition</c>.</summary>
    public string? Partition { get; init; }

    /// <summary>Time limit of a task, <c>--time</c>.</summary>
    public string? Time { get; init; }

    /// <summary>Memory of a task, <c>--mem</c>.</summary>
    public string? Memory { get; init; }

    /// <summary>Cores of a task, <c>--cpus-per-task</c>; by default one for each of its runs.</summary>
    public int? Cores { get; init; }

    /// <summary>Account that is charged, <c>--account</c>.</summary>
    public string? Account { get; init; }

    /// <summary>Features that nodes must have, <c>--constraint</c>.</summary>
    public string? Constraint { get; init; }

    /// <summary>Tasks of an array at the same time.</summary>
    public int? ArrayLimit { get; init; }

    /// <summary>Runs of a task; several go on at the same time.</summary>
    public int RunsPerTask { get; init; } = 1;

    /// <summary>Failures of a run after which it is given up.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>Any further options of <c>sbatch</c>, each as a word.</summary>
    public IReadOnlyList<string> Further { get; init; } = [];

    /// <summary>Words of a text, as <c>--sbatch</c> takes them: divided by spaces, quotes hold some together.</summary>
    /// <exception cref="UserError">A quote does not end, or a word is no option.</exception>
    public static IReadOnlyList<string> Words(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = new List<string>();
        string? word = null;
        char quote = '\0';
        foreach (char c in text)
        {
            if (quote != '\0' ? c == quote : c is '"' or '\'')
            {
                quote = quote == '\0' ? c : '\0';
                word ??= "";
            }
            else if (quote == '\0' && char.IsWhiteSpace(c))
            {
                words.AddRange(word is null ? [] : [word]);
                word = null;
            }
            else
            {
                word += c;
            }
        }

        words.AddRange(word is null ? [] : [word]);
        return quote != '\0' ? throw new UserError($"--sbatch is '{text}', in which a quote does not end")
            : words.FirstOrDefault(x => x.Any(char.IsControl)) is not null ? throw new UserError("--sbatch must stand in one line")
            : words is [] or [not ['-', ..], ..] ? throw new UserError($"--sbatch is '{text}'; it must be options of sbatch, as --sbatch=\"--qos=long --mail-type=END\"")
            : words;
    }

    /// <summary>The options as words of <c>sbatch</c>, those of single tasks included.</summary>
    public IEnumerable<string> Options()
    {
        foreach ((string name, string? value) in new (string, string?)[]
        {
            ("partition", Partition), ("time", Time), ("mem", Memory), ("account", Account), ("constraint", Constraint),
            ("cpus-per-task", (Cores ?? RunsPerTask).ToString(CultureInfo.InvariantCulture)),
        })
        {
            if (value is not null)
            {
                yield return $"--{name}={value}";
            }
        }

        foreach (string word in Further)
        {
            yield return word;
        }
    }
}
