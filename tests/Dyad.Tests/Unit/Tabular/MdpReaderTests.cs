using Dyad.Core;
using Dyad.Tabular;

namespace Dyad.Tests.Unit.Tabular;

/// <summary>Bad documents and files: each is answered with one sentence that names the field and its value.</summary>
[Trait("Category", "unit")]
public sealed class MdpReaderTests
{
    /// <summary>A dense document of two states and two actions.</summary>
    public const string Dense =
        """
        {"gamma": 0.9, "transition": [[[0.5, 0.5], [1, 0]], [[0, 1], [0.25, 0.75]]], "reward": [[1, 2], [3, 4]],
         "initial": [0.5, 0.5], "logits": [[0, 1], [1, 0]], "critic": [[1, 2], [3, 4]]}
        """;

    /// <summary>A toy-text table of two states and two actions.</summary>
    public const string Table =
        """
        {"P": {"0": {"0": [[0.5, 0, 1, false], [0.5, 1, 2, true]], "1": [[1, 1, 0, false]]},
               "1": {"0": [[1, 0, 0, false]], "1": [[1, 1, 0, false]]}},
         "initial": [1, 0], "gamma": 0.9}
        """;

    [Theory]
    [InlineData("\"gamma\": 0.9", "\"gamma\": 1", "gamma is 1;")]
    [InlineData("\"gamma\": 0.9", "\"gamma\": 1.5", "gamma is 1.5; it must be at least 0 and at most 1")]
    [InlineData("\"gamma\": 0.9", "\"gamma\": -0.5", "gamma is -0.5;")]
    [InlineData("\"gamma\": 0.9", "\"gamma\": 1e999", "gamma is Infinity;")]
    [InlineData("\"gamma\": 0.9", "\"gamma\": NaN", "not valid JSON")]
    [InlineData("\"gamma\": 0.9", "\"gamma\": \"NaN\"", "'gamma' must be a number, and it is the text \"NaN\"")]
    [InlineData("\"gamma\": 0.9", "\"gamma\": null", "'gamma' must be a number, and it is null")]
    [InlineData("\"gamma\": 0.9,", "", "the field 'gamma' is missing")]
    [InlineData("[0.5, 0.5], [1, 0]", "[0.5, 0.4], [1, 0]", "the transition row of state 0, action 0 sums to 0.9;")]
    [InlineData("[0.5, 0.5], [1, 0]", "[0.5, 0.50000002], [1, 0]", "the transition row of state 0, action 0 sums to 1.00000002;")]
    [InlineData("[0.5, 0.5], [1, 0]", "[1.5, -0.5], [1, 0]", "state 0, action 0 holds the probability -0.5;")]
    [InlineData("[0.5, 0.5], [1, 0]", "[1e999, 0.5], [1, 0]", "state 0, action 0 holds the probability Infinity;")]
    [InlineData("[0.5, 0.5], [1, 0]", "[0.5, \"half\"], [1, 0]", "'transition[0][0][1]' must be a number, and it is the text \"half\"")]
    [InlineData("[0.5, 0.5], [1, 0]", "[0.5], [1, 0]", "'transition[0][1]' has 2 entries and 'transition[0][0]' has 1;")]
    [InlineData("[[0.5, 0.5], [1, 0]]", "[[0.5, 0.5]]", "'transition[1]' is 2 x 2 and 'transition[0]' is 1 x 2;")]
    [InlineData("\"transition\"", "\"transitions\"", "neither 'transition' (dense arrays) nor 'P'")]
    [InlineData("\"transition\": [[[0.5, 0.5], [1, 0]], [[0, 1], [0.25, 0.75]]]", "\"transition\": 5", "'transition' must be an array, and it is the number 5")]
    [InlineData("\"transition\": [[[0.5, 0.5], [1, 0]], [[0, 1], [0.25, 0.75]]]", "\"transition\": []", "the transition array is 0 x 0 x 0")]
    [InlineData("\"reward\": [[1, 2], [3, 4]]", "\"reward\": [[1, 2]]", "the reward array 1 x 2")]
    [InlineData("\"reward\": [[1, 2], [3, 4]]", "\"reward\": [[1, 2], [3, 1e999]]", "the reward of state 1, action 1 is Infinity;")]
    [InlineData("\"reward\": [[1, 2], [3, 4]]", "\"reward\": {}", "'reward' must be an array, and it is an object")]
    [InlineData("\"initial\": [0.5, 0.5]", "\"initial\": [0.5, 0.25]", "the initial distribution sums to 0.75;")]
    [InlineData("\"initial\": [0.5, 0.5]", "\"initial\": [0.5, 0.25, 0.25]", "the initial distribution has 3 entries;")]
    [InlineData("\"initial\": [0.5, 0.5]", "\"initial\": []", "the initial distribution has 0 entries;")]
    [InlineData("\"initial\": [0.5, 0.5]", "\"initial\": true", "'initial' must be an array, and it is true")]
    [InlineData("\"logits\": [[0, 1], [1, 0]]", "\"logits\": [[0, 1, 2], [1, 0, 2]]", "'logits' is 2 x 3; the MDP has 2 states and 2 actions")]
    [InlineData("\"logits\": [[0, 1], [1, 0]]", "\"logits\": [[0, 1], [1, -1e999]]", "'logits' of state 1, action 1 is not finite")]
    [InlineData("\"critic\": [[1, 2], [3, 4]]", "\"critic\": [[1, 2], [3]]", "'critic[1]' has 1 entries and 'critic[0]' has 2;")]
    [InlineData("\"critic\": [[1, 2], [3, 4]]", "\"critic\": \"a\\nb\\ud800\"", "'critic' must be an array, and it is the text \"a\\nb\\ud800\"")]
    public void A_bad_dense_document_is_refused(string valid, string bad, string sentence) => Refuses(Dense, valid, bad, sentence);

    [Theory]
    [InlineData("\"1\": [[1, 1, 0, false]]},\n", "\"2\": [[1, 1, 0, false]]},\n", "'P[0]' lacks the entry '1'")]
    [InlineData(", \"1\": [[1, 1, 0, false]]},\n", "},\n", "'P[1]' has 2 entries where 1 are expected (one for each action)")]
    [InlineData("[0.5, 1, 2, true]", "[0.5, 2, 2, true]", "P[0][0] leads to the number 2; states are the numbers 0 to 1")]
    [InlineData("[0.5, 1, 2, true]", "[0.5, -1, 2, true]", "P[0][0] leads to the number -1; states are the numbers 0 to 1")]
    [InlineData("[0.5, 1, 2, true]", "[0.5, 0.5, 2, true]", "P[0][0] leads to the number 0.5; states are the numbers 0 to 1")]
    [InlineData("[0.5, 1, 2, true]", "[0.5, \"one\", 2, true]", "P[0][0] leads to the text \"one\"; states are the numbers 0 to 1")]
    [InlineData("[0.5, 1, 2, true]", "[0.5, null, 2, true]", "P[0][0] leads to null; states are the numbers 0 to 1")]
    [InlineData("[0.5, 1, 2, true]", "[0.5, 1, 2, 1]", "each outcome in P[0][0] must be [probability, next state, reward, terminated]")]
    [InlineData("[0.5, 1, 2, true]", "[0.5, 1, 2]", "each outcome in P[0][0] must be [probability, next state, reward, terminated]")]
    [InlineData("[0.5, 1, 2, true]", "7", "'P[0][0]' must be an array, and it is the number 7")]
    [InlineData("[0.5, 1, 2, true]", "[0.4, 1, 2, true]", "the transition row of state 0, action 0 sums to 0.9;")]
    [InlineData("[0.5, 1, 2, true]", "[1.5, 1, 2, true], [-1, 1, 2, true]", "P[0][0] holds the probability -1;")]
    [InlineData("[0.5, 1, 2, true]", "[0.5, 1, 1e999, true]", "the reward of state 0, action 0 is Infinity;")]
    [InlineData("\"initial\": [1, 0]", "\"initial\": [1, 0, 0]", "'P' has 2 entries where 3 are expected (one for each state)")]
    [InlineData("\"initial\": [1, 0]", "\"initial\": []", "'P' has 2 entries where 0 are expected (one for each state)")]
    [InlineData("{\"0\": [[1, 0, 0, false]], \"1\": [[1, 1, 0, false]]}", "3", "'P[1]' must be an object with one entry for each action, and it is the number 3")]
    public void A_bad_table_is_refused(string valid, string bad, string sentence) =>
        Refuses(Table.ReplaceLineEndings("\n"), valid, bad, sentence);

    [Theory]
    [InlineData("", "a JSON object is expected, and the text is empty")]
    [InlineData(" \n", "a JSON object is expected, and the text is empty")]
    [InlineData("""{"gamma": 0.5, "gamma": 0.9}""", "the field 'gamma' is there twice")]
    [InlineData("""{"P": {"0": {"0": [], "0": []}}, "initial": [1], "gamma": 0}""", "'P[0]' has the entry '0' twice")]
    [InlineData("""{"P": {"0": 1, "00": 2}, "initial": [1, 0], "gamma": 0}""", "'P' lacks the entry '1'")]
    [InlineData("gamma: 0.9", "not valid JSON: line 1, byte 1: 'g' is an invalid start of a value")]
    [InlineData("{\n  x}", "not valid JSON: line 2, byte 3: 'x' is an invalid start of a property name")]
    [InlineData("{\"gamma\": 0.9", "not valid JSON: line 1, byte 14: ")]
    [InlineData("[1, 2]", "a JSON object is expected, and this is an array")]
    [InlineData("null", "a JSON object is expected, and this is null")]
    [InlineData("{}", "the field 'gamma' is missing")]
    [InlineData("\ud800", "not valid JSON")]
    [InlineData("{\"\\ud800mma\": 0, \"gamma\": 2}", "not valid JSON")]
    [InlineData("""{"P": {"0": {}}, "initial": [1], "gamma": 0}""", "0 transition rows")]
    public void A_text_that_is_no_document_is_refused(string text, string sentence) =>
        Assert.Contains(sentence, Sentence(() => MdpReader.Parse(text)), StringComparison.Ordinal);

    [Fact]
    public void Deeply_nested_text_is_refused()
    {
        string nested = new string('[', 10_000) + new string(']', 10_000);
        Assert.Contains("not valid JSON", Sentence(() => MdpReader.Parse(nested)), StringComparison.Ordinal);
        string within = Dense.Replace("0.9", nested, StringComparison.Ordinal);
        Assert.Contains("not valid JSON", Sentence(() => MdpReader.Parse(within)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_text_is_not_repeated_in_full()
    {
        string dense = Dense.Replace("0.9", $"\"{new string('x', 100_000)}\"", StringComparison.Ordinal);
        Assert.InRange(Sentence(() => MdpReader.Parse(dense)).Length, 10, 200);
        string literal = Dense.Replace("0.9", $"t{new string('x', 100_000)}", StringComparison.Ordinal);
        Assert.InRange(Sentence(() => MdpReader.Parse(literal)).Length, 10, 200);
        string field = Dense.Replace("\"gamma\"", $"\"{new string('x', 100_000)}\": 1, \"{new string('x', 100_000)}\"", StringComparison.Ordinal);
        Assert.InRange(Sentence(() => MdpReader.Parse(field)).Length, 10, 200);
        string table = Table.Replace("0.5, 1,", $"0.5, \"{new string('x', 100_000)}\",", StringComparison.Ordinal);
        Assert.InRange(Sentence(() => MdpReader.Parse(table)).Length, 10, 200);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_refused_by_name()
    {
        string folder = Directory.CreateTempSubdirectory("dyad").FullName;
        try
        {
            string missing = Path.Combine(folder, "missing.json");
            Assert.StartsWith($"cannot read '{missing}': ", Sentence(() => MdpReader.ReadFile(missing)), StringComparison.Ordinal);
            Assert.Equal(
                $"cannot read '{folder}': it is a folder", Sentence(() => MdpReader.ReadFile(folder)));
            Assert.StartsWith("cannot read '': ", Sentence(() => MdpReader.ReadFile("")), StringComparison.Ordinal);
            Assert.StartsWith("cannot read 'a\\u0000b': ", Sentence(() => MdpReader.ReadFile("a\0b")), StringComparison.Ordinal);

            string empty = Path.Combine(folder, "empty.json");
            File.WriteAllText(empty, "");
            Assert.StartsWith($"{empty}: a JSON object is expected", Sentence(() => MdpReader.ReadFile(empty)), StringComparison.Ordinal);
            string binary = Path.Combine(folder, "binary.json");
            File.WriteAllBytes(binary, [0xFF, 0xFE, 0x00, 0xD8, 0x80]);
            Assert.StartsWith($"{binary}: not valid JSON", Sentence(() => MdpReader.ReadFile(binary)), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Both_layouts_describe_the_process_that_they_say()
    {
        MdpDocument dense = MdpReader.Parse(Dense);
        Assert.Equal([1, 2, 3, 4], dense.Mdp.Reward.ToArray());
        Assert.Equal([0.25, 0.75], dense.Mdp.NextProbabilities(3).ToArray());
        Assert.Equal([0.0, 1, 1, 0], dense.Logits!);
        Assert.Equal([1.0, 2, 3, 4], dense.Critic!);
        Assert.Equal(3, MdpReader.Parse(Table).Mdp.States);
        Assert.Null(MdpReader.Parse(Table).Logits);
        Assert.Equal(2, MdpReader.Parse($"// a comment\n{Table.Replace("true", "false", StringComparison.Ordinal)}").Mdp.States);
    }

    private static void Refuses(string document, string valid, string bad, string sentence)
    {
        MdpReader.Parse(document);
        Assert.Contains(valid, document, StringComparison.Ordinal);
        string text = document.Replace(valid, bad, StringComparison.Ordinal);
        Assert.Contains(sentence, Sentence(() => MdpReader.Parse(text)), StringComparison.Ordinal);
    }

    private static string Sentence(Action read)
    {
        string message = Assert.Throws<UserError>(read).Message;
        Assert.DoesNotContain('\n', message);
        Assert.DoesNotContain("LineNumber", message, StringComparison.Ordinal);
        return message;
    }
}
