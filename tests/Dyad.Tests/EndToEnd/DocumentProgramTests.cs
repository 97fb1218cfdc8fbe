using System.Text;
using System.Text.RegularExpressions;

namespace Dyad.Tests.EndToEnd;

/// <summary>
/// The C# of the pages compiles, as one program against the packed library: a block that declares a type is a file, any other one a
/// method. Those of docs/application.md and docs/extending.md run, one after the other.
/// </summary>
[Trait("Category", "e2e")]
public sealed partial class DocumentProgramTests(PackedLibrary library) : IDisposable
{
    private readonly PackageFeed _feed = new();

    public void Dispose() => _feed.Dispose();

    [Fact]
    public async Task The_programs_of_the_pages_compile_and_those_of_an_application_run()
    {
        await library.CopyAsync(_feed);
        string[] pages = [Repository.PathOf("README.md"), .. Directory.GetFiles(Repository.PathOf("docs"), "*.md").Where(path => Path.GetFileName(path) != "environments.md").Order(StringComparer.Ordinal)];
        var calls = new List<string>();
        var sources = new List<(string, string)>();
        foreach (string page in pages)
        {
            string name = Path.GetFileNameWithoutExtension(page).Replace('-', '_').ToLowerInvariant();
            string[] blocks = [.. Block().Matches(await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken)).Select(match => match.Groups[1].Value)];
            for (int i = 0; i < blocks.Length; i++)
            {
                sources.Add(($"{name}{i}.cs", Source(blocks[i], $"{name}{i}", out bool isMethod)));
                if (isMethod && name is ("application" or "extending"))
                {
                    // The model of one of them is made before it: by the command line, from a policy that the others have trained.
                    if (blocks[i].Contains("tank.onnx", StringComparison.Ordinal))
                    {
                        calls.Add("""
                            using var export = System.Diagnostics.Process.Start("dotnet", [args[0], "export", "runs/tank/policy-best.safetensors", "--onnx", "tank.onnx"]);
                            await export.WaitForExitAsync();
                            """);
                    }

                    calls.Add($"Console.WriteLine(\"== {name}{i}\");\nawait {name}{i}.RunAsync();");
                }
            }
        }

        Assert.True(calls.Count >= 8);
        sources.Add(("Program.cs", string.Join('\n', calls)));
        _feed.WriteProject("Microsoft.NET.Sdk.Web", [.. sources]);
        string project = _feed.Calls.PathOf("app", "App.csproj");
        await File.WriteAllTextAsync(project, (await File.ReadAllTextAsync(project, TestContext.Current.CancellationToken)).Replace(
            "</ItemGroup>", $"""<PackageReference Include="Microsoft.ML.OnnxRuntime" Version="{OnnxRuntime()}" /></ItemGroup>""", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        Outcome run = await _feed.Calls.RunProgramAsync(
            PackageFeed.Building, "dotnet", "run", "-c", "Release", "--project", "app", "--", Repository.PathOf("artifacts", "dyad", "Dyad.Cli.dll"));
        run.Succeeded();
        Assert.Contains("Done", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"sac after \d+ steps: 0\.[012]", run.Output);
        Assert.Matches(@"valve 0\.[012]\d\d", run.Output);
        Assert.Contains("eval/return = ", run.Output, StringComparison.Ordinal);
    }

    private static string OnnxRuntime() => Regex.Match(
        File.ReadAllText(Repository.PathOf("Directory.Packages.props")), "Microsoft.ML.OnnxRuntime\" Version=\"([^\"]+)\"").Groups[1].Value;

    // Directives stay at the top, declarations as they are; statements become a method.
    private static string Source(string block, string name, out bool isMethod)
    {
        isMethod = !Declaration().IsMatch(block);
        if (!isMethod)
        {
            return block;
        }

        var (directives, statements) = (new StringBuilder(), new StringBuilder());
        foreach (string line in block.Split('\n'))
        {
            (Directive().IsMatch(line) ? directives : statements).Append(line).Append('\n');
        }

        string asynchronous = block.Contains("await ", StringComparison.Ordinal) ? "" : "await Task.CompletedTask;";
        return $$"""
            {{directives}}
            internal static class {{name}}
            {
                public static async Task RunAsync()
                {
            {{statements}}
                    {{asynchronous}}
                }
            }
            """;
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^(public|internal) (static |sealed |abstract )*(class|record|interface|enum) ", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^using (static )?[A-Za-z.]+;$")]
    private static partial Regex Directive();
}
