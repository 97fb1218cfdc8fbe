namespace Dyad.Tests.EndToEnd;

/// <summary>Wrong words and files on the command line: exit code 2, one sentence that names the culprit, nothing written.</summary>
[Trait("Category", "e2e")]
public sealed class BadInputTests : IDisposable
{
    private const string Good = """{"gamma": 0.9, "transition": [[[0.5, 0.5], [1, 0]], [[0, 1], [1, 0]]], "reward": [[1, 0], [0, 1]], "initial": [1, 0]}""";

    private readonly CommandLine _dyad = new();

    public BadInputTests()
    {
        _dyad.Write("good.json", Good);
        _dyad.Write("map.txt", "#####\n#S.G#\n#####\n");
        Directory.CreateDirectory(_dyad.PathOf("empty"));
    }

    public void Dispose() => _dyad.Dispose();

    [Theory]
    [InlineData("there is no command 'nosuch'", "nosuch")]
    [InlineData("'--nosuch'", "demo", "--nosuch")]
    [InlineData("'--nosuch'", "--nosuch")]
    [InlineData("'extra'", "list", "studies", "extra")]
    [InlineData("'list'", "list")]
    [InlineData("'reproduce'", "reproduce")]
    [InlineData("--scale needs a value", "reproduce", "wen2021/table1", "--scale")]
    [InlineData("'huge'", "reproduce", "wen2021/table1", "--scale", "huge")]
    [InlineData("'wen2021/fig99'", "reproduce", "wen2021/fig99")]
    [InlineData("'planets'", "list", "planets")]
    [InlineData("--jobs is 0", "reproduce", "wen2021/table1", "--jobs", "0")]
    [InlineData("--jobs is -1", "demo", "--jobs", "-1")]
    [InlineData("--seeds is 0", "reproduce", "wen2021/table1", "--seeds", "0")]
    [InlineData("--seeds is 'x'; it must be a whole number", "reproduce", "wen2021/table1", "--seeds", "x")]
    [InlineData("--jobs is '1.5'; it must be a whole number", "demo", "--jobs", "1.5")]
    [InlineData("--temperature is 'hot'; it must be a number", "tabular", "good.json", "--temperature", "hot")]
    [InlineData("--temperature is '0,5'; it must be a number", "tabular", "good.json", "--temperature", "0,5")]
    [InlineData("--jobs is '1,000'; it must be a whole number", "demo", "--jobs", "1,000")]
    [InlineData("--jobs is 99999999999; it must be between", "demo", "--jobs", "99999999999")]
    [InlineData("did you mean list?", "lsit", "studies")]
    [InlineData("did you mean --seed or", "train", "sac", "Pendulum-v1", "--sed", "3")]
    [InlineData("did you mean sac?", "train", "sca", "Pendulum-v1")]
    [InlineData("did you mean discount?", "train", "sac", "Pendulum-v1", "--set", "discuont=0.9")]
    [InlineData("did you mean wen2021?", "train", "sac", "Pendulum-v1", "--preset", "wen2012")]
    [InlineData("did you mean wen2021/table1?", "reproduce", "wen2021/tabel1")]
    [InlineData("did you mean options?", "list", "option")]
    [InlineData("'list options' needs a method", "list", "options")]
    [InlineData("did you mean sac?", "list", "options", "sca")]
    [InlineData("the option 'discount' is 3; it must be between 0 and 1", "train", "sac", "Pendulum-v1", "--set", "discount=3.0")]
    [InlineData("help", "")]
    [InlineData("after '--out' is empty", "reproduce", "wen2021/table1", "--out", "")]
    [InlineData("--out needs a value", "demo", "--out=")]
    [InlineData("after 'report' is empty", "report", "")]
    [InlineData("after 'status' is empty", "status", "")]
    [InlineData("after 'tabular' is empty", "tabular", "")]
    public Task A_wrong_command_line_is_refused_with_its_word(string culprit, params string[] arguments) => RefusedAsync(culprit, arguments);

    [Fact]
    public async Task Nothing_at_all_is_answered_with_where_to_look() =>
        Assert.Contains("'dyad --help' shows how", await _dyad.RefuseAsync(), StringComparison.Ordinal);

    [Theory]
    [InlineData("--policy is 'nosuch'", "--policy", "nosuch")]
    [InlineData("--policy is 'empty'", "--policy", "empty")]
    [InlineData("--critic is 'sweeps:-1'", "--critic", "sweeps:-1")]
    [InlineData("--critic is 'sweeps:many'", "--critic", "sweeps:many")]
    [InlineData("--temperature is 0", "--temperature", "0")]
    [InlineData("--temperature is 'NaN'", "--temperature", "NaN")]
    [InlineData("--damping is -1", "--damping", "-1")]
    [InlineData("--goal is 'fly'", "--goal", "fly")]
    [InlineData("1", "--gamma", "1")]
    [InlineData("good.json", "--policy", "good.json")]
    [InlineData("good.json", "--critic", "good.json")]
    [InlineData("map.txt", "--critic", "map.txt")]
    public Task A_wrong_option_of_an_analysis_is_refused(string culprit, params string[] options) =>
        RefusedAsync(culprit, ["tabular", "map.txt", .. options]);

    [Theory]
    [InlineData("0.9", """{"gamma": 0.9, "transition": [[[0.5, 0.4], [1, 0]], [[0, 1], [1, 0]]], "reward": [[1, 0], [0, 1]], "initial": [1, 0]}""")]
    [InlineData("gamma", """{"gamma": 1, "transition": [[[0.5, 0.5], [1, 0]], [[0, 1], [1, 0]]], "reward": [[1, 0], [0, 1]], "initial": [1, 0]}""")]
    [InlineData("transition", """{"gamma": 0.9, "transition": [[[0.5, 0.5], [1]], [[0, 1], [1, 0]]], "reward": [[1, 0], [0, 1]], "initial": [1, 0]}""")]
    [InlineData("reward", """{"gamma": 0.9, "transition": [[[0.5, 0.5], [1, 0]], [[0, 1], [1, 0]]], "reward": [[1, 0], [0]], "initial": [1, 0]}""")]
    [InlineData("initial", """{"gamma": 0.9, "transition": [[[0.5, 0.5], [1, 0]], [[0, 1], [1, 0]]], "reward": [[1, 0], [0, 1]], "initial": [1, 1]}""")]
    [InlineData("JSON", """{"gamma": 0.9, "transition": [[[0.5, """)]
    [InlineData("JSON", "")]
    public async Task A_wrong_process_is_refused_with_its_file_and_field(string culprit, string text)
    {
        _dyad.Write("bad.json", text);
        string sentence = await RefusedAsync(culprit, "tabular", "bad.json");
        Assert.Contains("bad.json", sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'x'", "#S#\n#x#\n")]
    [InlineData("no free cell", "###\n")]
    [InlineData("no free cell", "")]
    public async Task A_wrong_map_is_refused_with_its_file(string culprit, string text)
    {
        _dyad.Write("bad.txt", text);
        string sentence = await RefusedAsync(culprit, "tabular", "bad.txt");
        Assert.Contains("bad.txt", sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing.json", "tabular", "missing.json")]
    [InlineData("empty", "tabular", "empty")]
    [InlineData("'empty'", "report", "empty")]
    [InlineData("'missing'", "report", "missing")]
    [InlineData("'good.json'", "report", "good.json")]
    [InlineData("'empty'", "status", "empty")]
    [InlineData("'missing'", "status", "missing")]
    [InlineData("'good.json'", "status", "good.json")]
    [InlineData("good.json/sub", "reproduce", "wen2021/table1", "--out", "good.json/sub")]
    [InlineData("good.json", "reproduce", "wen2021/table1", "--out", "good.json")]
    [InlineData("/proc/x", "reproduce", "wen2021/table1", "--out", "/proc/x")]
    [InlineData("good.json/sub", "demo", "--out", "good.json/sub")]
    public Task A_file_or_folder_that_cannot_be_used_is_named(string culprit, params string[] arguments) => RefusedAsync(culprit, arguments);

    private async Task<string> RefusedAsync(string culprit, params string[] arguments)
    {
        string sentence = await _dyad.RefuseAsync(arguments);
        Assert.Contains(culprit, sentence, StringComparison.Ordinal);
        return sentence;
    }
}
